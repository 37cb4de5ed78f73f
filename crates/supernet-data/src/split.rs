//! Images in parts without overlap, each with its share of every class.

use crate::{DataError, Images};
use rand::{Rng, seq::SliceRandom};

/// Images to train on, to choose by, and to report on once at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// For the weights.
    pub train: Images,
    /// For every choice between candidates.
    pub validation: Images,
    /// Read once, after everything is chosen.
    pub test: Images,
}

/// Draws three parts without overlap, `counts` images for training, validation and test, each with
/// its share of every class.
///
/// A class's share in a part is the part's size times the class's fraction of the images, and where
/// that is no whole number the largest remainders round up (the lower class first where they are
/// equal). Fractions are those of what the parts before left over, so no class is asked for more
/// than it has. Which images of a class go where, and the order within each part, is drawn from
/// `rng`; the split is a function of the generator. Images beyond the sum of `counts` are left out.
///
/// # Errors
/// [`DataError::Count`] where the counts exceed the images, [`DataError::EmptyClass`] where a part
/// would lack a class.
pub fn stratified(images: &Images, counts: &[usize; 3], rng: &mut impl Rng) -> Result<Split, DataError> {
    let [train, validation, test] = draw(images, ["train", "validation", "test"], counts, rng)?;
    Ok(Split { train, validation, test })
}

/// Draws two parts as [`stratified`] does, training and validation, beside test images that are
/// already apart.
///
/// # Errors
/// Those of [`stratified`], and those of [`Images::check_alike`] and [`Images::check_classes`] for
/// `test`.
pub fn stratified_with_test(
    images: &Images,
    counts: &[usize; 2],
    test: Images,
    rng: &mut impl Rng,
) -> Result<Split, DataError> {
    images.check_alike(&test)?;
    test.check_classes()?;
    let [train, validation] = draw(images, ["train", "validation"], counts, rng)?;
    Ok(Split { train, validation, test })
}

/// Returns how many of `count` images that have no test images of their own are for training,
/// validation and test: a fifth for each of the last two, in whole hundreds where there are as
/// many, the rest for the first.
pub fn fifths(count: usize) -> [usize; 3] {
    let fifth = count / 5;
    let held_out = if fifth < 100 { fifth } else { fifth / 100 * 100 };
    [count - 2 * held_out, held_out, held_out]
}

/// One part per name, called `images/name`.
fn draw<const PARTS: usize>(
    images: &Images,
    names: [&str; PARTS],
    counts: &[usize; PARTS],
    rng: &mut impl Rng,
) -> Result<[Images; PARTS], DataError> {
    let sum = counts.iter().try_fold(0usize, |sum, &count| sum.checked_add(count));
    if sum.is_none_or(|sum| sum > images.len()) {
        return Err(DataError::Count {
            place: format!("{}: split into {counts:?}", images.name()),
            found: images.len() as u64,
            unit: "images",
            expected: "at least their sum".to_owned(),
        });
    }
    let shares = shares(&images.class_counts(), counts);
    let names = names.map(|name| format!("{}/{name}", images.name()));
    check_shares(images, &names, counts)?;
    let mut pools = pools(images, rng);
    let mut parts = Vec::with_capacity(PARTS);
    for (name, share) in names.into_iter().zip(&shares) {
        let taken = pools.iter_mut().zip(share).flat_map(|(pool, &n)| pool.drain(..n));
        let mut indices: Vec<usize> = taken.collect();
        indices.shuffle(rng);
        parts.push(images.subset(&indices)?.named(name));
    }
    Ok(parts.try_into().unwrap_or_else(|_| unreachable!("one part per name")))
}

/// The indices of each class, in an order drawn from `rng`.
fn pools(images: &Images, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let mut pools = vec![Vec::new(); images.classes().len()];
    for (index, &label) in images.labels().iter().enumerate() {
        pools[label].push(index);
    }
    for pool in &mut pools {
        pool.shuffle(rng);
    }
    pools
}

/// How many images of each class each part gets. The sum of `counts` must not exceed that of
/// `available`.
fn shares<const PARTS: usize>(available: &[usize], counts: &[usize; PARTS]) -> [Vec<usize>; PARTS] {
    let mut left = available.to_vec();
    counts.map(|count| {
        let share = largest_remainder(count, &left);
        for (left, taken) in left.iter_mut().zip(&share) {
            *left -= taken;
        }
        share
    })
}

/// `count` in proportion to `weights`: rounded down, and the largest remainders up until the sum is
/// right.
fn largest_remainder(count: usize, weights: &[usize]) -> Vec<usize> {
    let total = weights.iter().sum::<usize>().max(1) as u128;
    let exact = |weight: usize| count as u128 * weight as u128;
    let mut shares: Vec<usize> = weights.iter().map(|&weight| (exact(weight) / total) as usize).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&class| std::cmp::Reverse(exact(weights[class]) % total));
    let missing = count - shares.iter().sum::<usize>();
    for &class in &order[..missing] {
        shares[class] += 1;
    }
    shares
}

/// Checks that each part has an image of each class.
fn check_shares<const PARTS: usize>(
    images: &Images,
    parts: &[String; PARTS],
    counts: &[usize; PARTS],
) -> Result<(), DataError> {
    let available = images.class_counts();
    for (part, share) in parts.iter().zip(shares(&available, counts)) {
        if let Some(class) = share.iter().position(|&count| count == 0) {
            let expected = match would_do(&available, class, counts) {
                Some(most) => format!(
                    "at least 1, as there would be if the class had {most} in all (it has {})",
                    available[class]
                ),
                None => format!("at least 1, and {} images in this part", available.len()),
            };
            let name = images.classes()[class].clone();
            return Err(DataError::EmptyClass { place: part.clone(), class, name, expected });
        }
    }
    Ok(())
}

/// How many images of `class` would bring one into each part, the others as they are; `None` where
/// no number does.
fn would_do<const PARTS: usize>(available: &[usize], class: usize, counts: &[usize; PARTS]) -> Option<usize> {
    let mut wanted = available.to_vec();
    let most = available.iter().sum::<usize>().max(PARTS);
    (available[class] + 1..=most).find(|&count| {
        wanted[class] = count;
        shares(&wanted, counts).iter().all(|share| share[class] > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fashion_mnist;
    use crate::testing::{message, names, rng, toy};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn parts(split: &Split) -> [&Images; 3] {
        [&split.train, &split.validation, &split.test]
    }

    /// The number that a toy image carries in its first two bytes.
    fn numbers(images: &Images) -> Vec<u16> {
        (0..images.len()).map(|i| u16::from_le_bytes([images.pixels(i)[0], images.pixels(i)[1]])).collect()
    }

    #[test]
    fn fifths_are_whole_hundreds_where_there_are_as_many_and_leave_nothing_out() {
        let cases = [0, 4, 59, 499, 600, 10_000].map(fifths);
        assert_eq!(cases[..3], [[0, 0, 0], [4, 0, 0], [37, 11, 11]]);
        assert_eq!(cases[3..], [[301, 99, 99], [400, 100, 100], [6_000, 2_000, 2_000]]);
    }

    #[test]
    fn shares_are_exact_where_they_divide() {
        let split = stratified(&toy(&[40, 20, 60]), &[60, 12, 42], &mut rng(1)).unwrap();
        assert_eq!(split.train.class_counts(), [20, 10, 30]);
        assert_eq!(split.validation.class_counts(), [4, 2, 6]);
        assert_eq!(split.test.class_counts(), [14, 7, 21]);
        assert_eq!(split.validation.name(), "toy/validation");
    }

    #[test]
    fn the_embedded_default_splits_evenly() {
        let split = stratified(&fashion_mnist().unwrap(), &[6000, 1000, 3000], &mut rng(1)).unwrap();
        assert_eq!(parts(&split).map(Images::class_counts), [[600; 10], [100; 10], [300; 10]]);
    }

    #[test]
    fn the_largest_remainders_round_up() {
        // 10 of 7, 5 and 3 of 15: 4.67, 3.33, 2.
        assert_eq!(largest_remainder(10, &[7, 5, 3]), [5, 3, 2]);
        // Halves: the first class gets the odd one of the first part, and the second class that of
        // the next.
        assert_eq!(shares(&[11, 11], &[3, 3, 16]), [vec![2, 1], vec![1, 2], vec![8, 8]]);
    }

    #[test]
    fn parts_are_disjoint_and_all_images_are_used() {
        let images = toy(&[101, 57, 142]);
        let split = stratified(&images, &[150, 50, 100], &mut rng(1)).unwrap();
        let all: BTreeSet<u16> = parts(&split).into_iter().flat_map(numbers).collect();
        assert!(all.into_iter().eq(0..300));
        for part in parts(&split) {
            for (i, number) in numbers(part).into_iter().enumerate() {
                assert_eq!(part.label(i), images.label(number.into()));
            }
        }
    }

    #[test]
    fn a_split_is_a_function_of_the_generator_and_mixes_classes() {
        let images = toy(&[50, 50]);
        let split = |seed| stratified(&images, &[50, 20, 30], &mut rng(seed)).unwrap();
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
        assert!(!split(1).train.labels().is_sorted());
    }

    #[test]
    fn counts_beyond_the_images_are_refused() {
        for counts in [[6, 3, 2], [usize::MAX, 1, 1]] {
            let error = message(stratified(&toy(&[5, 5]), &counts, &mut rng(1)));
            assert_eq!(error, format!("toy: split into {counts:?}: found 10 images, expected at least their sum"));
        }
    }

    #[test]
    fn a_part_without_a_class_is_refused_by_name() {
        let error = message(stratified(&toy(&[50, 2]), &[30, 10, 10], &mut rng(1)));
        let would_do =
            |most, had| format!("at least 1, as there would be if the class had {most} in all (it has {had})");
        assert_eq!(error, format!("toy/validation: class 1 (class 1) has 0 images, expected {}", would_do(4, 2)));
        assert!(stratified(&toy(&[50, 4]), &[30, 10, 10], &mut rng(1)).is_ok());
        let error = message(stratified(&toy(&[50, 0]), &[30, 10, 10], &mut rng(1)));
        assert!(
            error.starts_with("toy/train: class 1 (class 1) has 0 images, expected at least 1, as there"),
            "{error}"
        );
        let error = message(stratified(&toy(&[5, 5]), &[5, 5, 0], &mut rng(1)));
        assert_eq!(error, "toy/test: class 0 (class 0) has 0 images, expected at least 1, and 2 images in this part");
    }

    #[test]
    fn test_images_that_are_apart_stay_as_they_are() {
        let test = toy(&[3, 3]).named("official");
        let split = stratified_with_test(&toy(&[10, 10]), &[12, 8], test.clone(), &mut rng(1)).unwrap();
        assert_eq!(split.test, test);
        assert_eq!((split.train.class_counts(), split.validation.class_counts()), (vec![6, 6], vec![4, 4]));
    }

    #[test]
    fn test_images_of_another_kind_are_refused() {
        let refuse = |test| message(stratified_with_test(&toy(&[10, 10]), &[12, 8], test, &mut rng(1)));
        assert!(refuse(toy(&[3, 3]).pad(1).unwrap()).starts_with("toy: found images of 2x6x6, expected 2x4x4"));
        assert!(refuse(toy(&[3, 3, 3])).starts_with("toy: found classes"));
        assert!(refuse(toy(&[3, 0])).starts_with("toy: class 1 (class 1) has 0 images"));
        assert_eq!(names(2), toy(&[1, 1]).classes());
    }

    proptest! {
        #[test]
        fn shares_add_up_and_stay_within_one_of_proportion(
            available in prop::collection::vec(0..50usize, 1..8),
            fractions in [0.0..0.34, 0.0..0.33, 0.0..0.33f64],
        ) {
            let total: usize = available.iter().sum();
            let counts = fractions.map(|fraction| (fraction * total as f64) as usize);
            let shares = shares(&available, &counts);
            for (share, count) in shares.iter().zip(counts) {
                prop_assert_eq!(share.iter().sum::<usize>(), count);
            }
            for (class, &available) in available.iter().enumerate() {
                prop_assert!(shares.iter().map(|share| share[class]).sum::<usize>() <= available);
                let exact = counts[0] as f64 * available as f64 / total.max(1) as f64;
                prop_assert!((shares[0][class] as f64 - exact).abs() < 1.0);
            }
        }
    }
}
