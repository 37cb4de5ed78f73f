use super::{cells::Cells, model_source, names::rules, source};
use crate::{
    plan::Plan,
    testing::{Described, assert_formatted},
};
use burn::store::KeyRemapper;
use std::collections::BTreeSet;
use supernet_nn::NamedWeights;

fn written(described: &Described) -> String {
    model_source(&described.export()).unwrap()
}

#[test]
fn every_architecture_is_written_as_rustfmt_would() {
    assert_formatted(Described::random(200).map(|described| written(&described)));
}

#[test]
fn every_weight_of_the_file_has_a_place_of_its_own_in_the_module() {
    for described in Described::random(200) {
        let plan = Plan::new(&described.export()).unwrap();
        let names = KeyRemapper::from_patterns(rules(&plan, &Cells::new(&plan))).unwrap();
        let text = source(&described.export(), &plan);
        let declared = |field: &str| text.contains(&format!("    {field}: ")) || field.parse::<usize>().is_ok();
        let mut places = BTreeSet::new();
        for name in NamedWeights::of(&described.network()).0.into_keys() {
            let place =
                names.patterns.iter().fold(name.clone(), |name, (from, to)| from.replace_all(&name, to).into_owned());
            assert!(places.insert(place.clone()), "{name} -> {place}, which is taken");
            let (fields, parameter) = place.rsplit_once('.').unwrap();
            let is_there = fields.split('.').all(declared);
            // What a dead block holds has no place, and is there only where the mask is no
            // architecture.
            let dead = described.config.cells.space().accept(described.mask.clone()).is_err();
            assert!(is_there || dead, "{name} -> {place}\n{text}");
            let known = ["weight", "bias", "gamma", "beta", "running_mean", "running_var"];
            assert!(!is_there || known.contains(&parameter), "{name} -> {place}");
        }
    }
}

#[test]
fn what_a_dead_block_holds_is_left_out() {
    // Block 2 has no operation; block 3 reads it and A.
    let cells = supernet_space::CellSpace::new(3, 3).unwrap();
    let mask = cells.space().parse("11:0100000/110:0000000/1001:0000010").unwrap();
    let text = written(&Described::new(cells, mask, Default::default()));
    assert!(text.contains("struct Block1") && text.contains("struct Block3"));
    assert!(!text.contains("Block2") && !text.contains("block2"));
    assert!(text.contains("/// Choice block 3: 1x1 of a; then max3."));
    assert!(text.contains("const CELL1: Parts = Parts::new(4, 4, 8);"));
}

#[test]
fn names_of_data_cannot_leave_their_string() {
    let mut described = Described::small("11:0110000/101:1000000");
    described.classes[1] = "\"]; fn evil() {} //\n".into();
    let text = written(&described);
    assert!(text.contains(r#""\"]; fn evil() {} //\n""#), "{text}");
}

#[test]
fn a_description_that_does_not_fit_is_refused() {
    let mut described = Described::small("11:0110000/101:1000000");
    described.classes.pop();
    let refused = |described: &Described| model_source(&described.export()).unwrap_err().to_string();
    assert_eq!(refused(&described), "class names: found 4, expected 5, one for each logit");
    described = Described::small("11:0110000/101:1000000");
    described.normalisation = supernet_data::Normalisation::new(vec![0.5], vec![0.5]).unwrap();
    assert_eq!(refused(&described), "normalisation: found 1 channels, expected 3 as the network reads");
    described = Described::small("11:0110000/101:1000000");
    described.mask = "11:0110000".parse().unwrap();
    assert!(refused(&described).contains("11:0110000"));
}
