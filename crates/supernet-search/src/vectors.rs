//! Sums over lists of numbers, fast enough for a controller of some hundred units.

/// Defines functions that are compiled for AVX2 as well, and run so where the machine has it.
/// Nothing is fused or summed in another order: what they return is the same, bit for bit.
macro_rules! vectorised {
    ($($(#[$meta:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block)*) => { $(
        $(#[$meta])*
        pub(crate) fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $ty),*) $(-> $ret)? {
                body($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the machine has what this is compiled for.
                return unsafe { avx2($($arg),*) };
            }
            body($($arg),*)
        }
    )* };
}

vectorised! {
    /// Adds `scale` times `values` to `sum`.
    fn add_scaled(sum: &mut [f64], scale: f64, values: &[f64]) {
        for (sum, value) in sum.iter_mut().zip(values) {
            *sum += scale * value;
        }
    }

    /// Adds a matrix, column by column, times `inputs`: four columns at a time, so that the sums
    /// are read and written a quarter as often.
    fn add_columns(sums: &mut [f64], inputs: &[f64], columns: &[f64]) {
        let n = sums.len();
        let (fours, rest) = inputs.as_chunks::<4>();
        let (of_fours, of_rest) = columns.split_at(4 * n * fours.len());
        for ([a, b, c, d], columns) in fours.iter().zip(of_fours.chunks_exact(4 * n)) {
            let (first, second) = columns.split_at(2 * n);
            let ((first, second), (third, fourth)) = (first.split_at(n), second.split_at(n));
            let pairs = first.iter().zip(second).zip(third.iter().zip(fourth));
            for (sum, ((first, second), (third, fourth))) in sums.iter_mut().zip(pairs) {
                *sum += (a * first + b * second) + (c * third + d * fourth);
            }
        }
        for (input, column) in rest.iter().zip(of_rest.chunks_exact(n)) {
            for (sum, value) in sums.iter_mut().zip(column) {
                *sum += input * value;
            }
        }
    }

    /// Computes the scalar product in four partial sums, which a compiler can keep in a vector
    /// register.
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        in_four_sums(a, b)
    }

    /// Computes the scalar product of each column of a matrix with `values`.
    fn dot_columns(columns: &[f64], values: &[f64]) -> Vec<f64> {
        let mut products = vec![0.0; columns.len() / values.len()];
        for (product, column) in products.iter_mut().zip(columns.chunks_exact(values.len())) {
            *product = in_four_sums(column, values);
        }
        products
    }

    /// Takes a step of Adam: the moving means of gradients and of their squares, each with what
    /// corrects it, and parameters that move by `rate`.
    fn adam_step(moments: [(&mut [f64], f64, f64); 2], parameters: &mut [f64], gradient: &[f64], rate: f64) {
        /// Added to the root of what is divided by.
        const EPSILON: f64 = 1e-8;
        let [(means, first, correct_mean), (squares, second, correct_square)] = moments;
        let moments = means.iter_mut().zip(squares);
        for ((parameter, g), (mean, square)) in parameters.iter_mut().zip(gradient).zip(moments) {
            *mean = first * *mean + (1.0 - first) * g;
            *square = second * *square + (1.0 - second) * g * g;
            let root = (*square / correct_square).sqrt();
            *parameter -= rate * *mean / correct_mean / (root + EPSILON);
        }
    }
}

vectorised! {
    /// Replaces each number by its hyperbolic tangent, within 4e-16.
    fn tanh_all(values: &mut [f64]) {
        for value in values {
            *value = 1.0 - 2.0 / (exp(2.0 * *value) + 1.0);
        }
    }

    /// Replaces each number by 1/(1 + exp(−x)), within 4e-16.
    fn sigmoid_all(values: &mut [f64]) {
        for value in values {
            *value = 1.0 / (1.0 + exp(-*value));
        }
    }

    /// Replaces squares of distances by their Matérn correlations of smoothness 5/2, (1 + √5·r +
    /// 5r²/3)·exp(−√5·r).
    fn matern_all(squares: &mut [f64]) {
        for square in squares {
            let r = (5.0 * *square).sqrt();
            *square = (1.0 + r + 5.0 / 3.0 * *square) * exp(-r);
        }
    }
}

/// Computes exp(x) within 4e-16 of itself, for x within ±708; beyond that it is as at the end. No
/// branch, no table and no call, so that a loop of it is done several numbers at a time, and the
/// same numbers everywhere.
///
/// x = k·log 2 + r for the nearest integer k; exp(r) is its Taylor series up to r^13, below 1e-17
/// off for |r| of half of log 2; 2^k is the exponent of a number.
#[inline(always)]
fn exp(x: f64) -> f64 {
    /// A sum with it is rounded to an integer, which stands in its last bits.
    const ROUND: f64 = 1.5 * (1u64 << 52) as f64;
    /// log 2 in two parts, of which the first times any k is exact.
    const LN_2: (f64, f64) = (f64::from_bits(0x3fe6_2e42_fee0_0000), f64::from_bits(0x3dea_39ef_3579_3c76));
    let x = x.clamp(-708.0, 708.0);
    let rounded = x * std::f64::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    let r = (x - k * LN_2.0) - k * LN_2.1;
    let mut sum = 1.0 / 6_227_020_800.0;
    for inverse in FACTORIALS {
        sum = sum * r + inverse;
    }
    sum * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// 1/12!, 1/11!, …, 1/0!.
const FACTORIALS: [f64; 13] = [
    1.0 / 479_001_600.0,
    1.0 / 39_916_800.0,
    1.0 / 3_628_800.0,
    1.0 / 362_880.0,
    1.0 / 40_320.0,
    1.0 / 5_040.0,
    1.0 / 720.0,
    1.0 / 120.0,
    1.0 / 24.0,
    1.0 / 6.0,
    0.5,
    1.0,
    1.0,
];

#[inline(always)]
fn in_four_sums(a: &[f64], b: &[f64]) -> f64 {
    let (a4, a_rest) = a.as_chunks::<4>();
    let (b4, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        for k in 0..4 {
            sums[k] += a[k] * b[k];
        }
    }
    let mut rest = 0.0;
    for (a, b) in a_rest.iter().zip(b_rest) {
        rest += a * b;
    }
    sums[0] + sums[1] + sums[2] + sums[3] + rest
}

/// Computes 1/(1 + exp(−x)).
pub(crate) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Computes the hyperbolic tangent within 4e-16 of the library's, and several times as fast.
pub(crate) fn tanh(x: f64) -> f64 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tanh_is_the_librarys() {
        let off = (-4_000..=4_000).map(|i| f64::from(i) / 100.0).map(|x| (tanh(x) - x.tanh()).abs());
        assert!(off.fold(0.0, f64::max) < 4e-16);
    }

    #[test]
    fn whole_lists_are_as_the_librarys_numbers() {
        let numbers: Vec<f64> = (-70_000..=70_000).map(|i| f64::from(i) / 100.0).collect();
        assert!(numbers.iter().all(|&x| (exp(x) / x.exp() - 1.0).abs() < 4.5e-16));
        assert_eq!((exp(-1e9), exp(1e9)), (exp(-708.0), exp(708.0)));
        let off = |of: fn(&mut [f64]), library: fn(f64) -> f64| {
            let mut values = numbers.clone();
            of(&mut values);
            values.iter().zip(&numbers).map(|(found, &x)| (found - library(x)).abs()).fold(0.0, f64::max)
        };
        assert!(off(tanh_all, f64::tanh) < 4e-16);
        assert!(off(sigmoid_all, sigmoid) < 4e-16);
        let matern = |square: f64| {
            let r = (5.0 * square).sqrt();
            (1.0 + r + 5.0 / 3.0 * square) * (-r).exp()
        };
        let mut squares: Vec<f64> = numbers.iter().map(|x| x.abs()).collect();
        matern_all(&mut squares);
        assert!(squares.iter().zip(&numbers).all(|(found, x)| (found - matern(x.abs())).abs() < 1e-15));
    }

    #[test]
    fn products_are_those_of_plain_sums() {
        let list = |n: usize, k: f64| (0..n).map(|i| (i as f64 * k).sin()).collect::<Vec<_>>();
        for inputs in 1..10 {
            let (x, columns) = (list(inputs, 0.7), list(3 * inputs, 0.3));
            let mut sums = vec![1.0; 3];
            add_columns(&mut sums, &x, &columns);
            for row in 0..3 {
                let plain: f64 = (0..inputs).map(|j| x[j] * columns[3 * j + row]).sum();
                assert!((sums[row] - 1.0 - plain).abs() < 1e-14);
            }
            let plain: f64 = (0..inputs).map(|j| x[j] * columns[j]).sum();
            assert!((dot(&x, &columns[..inputs]) - plain).abs() < 1e-14);
        }
    }
}
