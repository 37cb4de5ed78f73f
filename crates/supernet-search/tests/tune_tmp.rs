//! x
use supernet_search::*;
use supernet_space::*;
fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    (v[(v.len() - 1) / 2] + v[v.len() / 2]) / 2.0
}
#[test]
fn tune() {
    let path = "/work/shared/data/nas-bench/nasbench_macro_cifar10.csv";
    let space = NasBenchMacro::new().space().clone();
    let table = Table::nas_bench_macro(path, std::fs::File::open(path).unwrap(), &["acc1"]).unwrap();
    let best = table.rows().iter().filter_map(|row| row.test).fold(0.0, f64::max);
    let limits = SearchLimits { candidates: 200, ask: 1, patience: 2_000 };
    let b = QLearningSettings::default();
    for (n, s) in [
        ("base", b),
        ("first .05", QLearningSettings { first: 0.05, ..b }),
        ("first .11", QLearningSettings { first: 0.11, ..b }),
        ("rate .05", QLearningSettings { rate: 0.05, ..b }),
        ("rate .1", QLearningSettings { rate: 0.1, ..b }),
        ("first .11 rate .05", QLearningSettings { first: 0.11, rate: 0.05, ..b }),
        ("first .11 rate .1", QLearningSettings { first: 0.11, rate: 0.1, ..b }),
    ] {
        let r: Vec<f64> = (1..=200)
            .map(|seed| {
                let o = search(
                    &space,
                    &mut QLearning::new(space.clone(), seed, "gate").with_settings(s).unwrap(),
                    &mut table.clone(),
                    limits,
                )
                .unwrap();
                100.0 * (best - table.row(&o.ranked()[0].architecture).unwrap().test.unwrap())
            })
            .collect();
        println!("{n}: first 50 {:.3}, all 200 {:.3}", median(r[..50].to_vec()), median(r));
    }
    let r: Vec<f64> = (1..=200)
        .map(|seed| {
            let o = search(&space, &mut RandomSearch::new(space.clone(), seed, "gate"), &mut table.clone(), limits)
                .unwrap();
            100.0 * (best - table.row(&o.ranked()[0].architecture).unwrap().test.unwrap())
        })
        .collect();
    println!("random: {:.3}", median(r));
}
