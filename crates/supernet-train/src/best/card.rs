//! The card: what a network is, how good it is beside others, what it reads, where it comes from.

use super::{BestError, BestFile, BestNet, NetworkDescription};
use crate::{ComparisonTable, Group, Latency, Provenance, Retrained};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt::Write;
use supernet_data::Normalisation;
use supernet_nn::NetworkConfig;
use supernet_search::{Score, Spread};
use supernet_space::{Cost, PathMask, counted};

/// The facts known about a described network. Nothing is measured here; unknown facts are left out.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// Which networks it is of.
    pub network: &'a BestNet,
    /// Its mask.
    pub mask: &'a PathMask,
    /// Its parameters and multiply-accumulates.
    pub cost: Cost,
    /// How pixels became numbers in training, where it reads images.
    pub normalisation: Option<&'a Normalisation>,
    /// Names of the classes, in the order of the logits.
    pub classes: &'a [String],
    /// Seed of the run.
    pub seed: u64,
    /// Every network of the run that was trained from scratch, this one among them.
    pub retrained: &'a [Retrained],
    /// Data, device and versions.
    pub provenance: &'a Provenance,
    /// The command that made the run.
    pub command: Option<&'a str>,
    /// How long the network takes on the run's device, as [`crate::latency`] measured it, for some
    /// numbers of images.
    pub latency: &'a [Latency],
}

/// The same to be read by programs: `architecture.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BestRecord {
    /// Its mask.
    pub architecture: PathMask,
    /// Which networks it is of.
    pub network: BestNet,
    /// Its one-shot score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_shot: Option<Score>,
    /// Its score on test images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Score>,
    /// Test accuracies of the networks that were chosen as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// Its parameters and multiply-accumulates.
    pub cost: Cost,
    /// Seed of the run.
    pub seed: u64,
    /// How its input is normalised, where it reads images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalisation: Option<Normalisation>,
    /// Names of the classes, in the order of its logits.
    pub classes: Vec<String>,
    /// Data, device and versions.
    pub provenance: Provenance,
    /// The command that made the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// How long it takes on the run's device, for some numbers of images.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "measured")]
    pub latency: Vec<Latency>,
}

/// Latencies. Files of earlier versions may have words there, in which nothing can be looked up.
fn measured<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Latency>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Known {
        Measured(Vec<Latency>),
        Words(String),
    }
    Ok(match Known::deserialize(deserializer)? {
        Known::Measured(latency) => latency,
        Known::Words(words) => {
            drop(words);
            Vec::new()
        }
    })
}

impl Card<'_> {
    /// The network among those trained from scratch.
    fn trained(&self) -> Option<&Retrained> {
        self.retrained.iter().find(|network| network.mask == *self.mask)
    }

    /// Test accuracies of the networks that were chosen for the same reason.
    fn spread(&self) -> Option<Spread> {
        let group = self.trained()?.group;
        let members = self.retrained.iter().filter(|network| network.group == group);
        Spread::of(&members.map(|network| network.test.accuracy).collect::<Vec<_>>())
    }

    /// For programs.
    ///
    /// # Errors
    /// A normalisation or class names of other examples; of the paper's networks a mask of another
    /// space or a size out of range.
    pub fn record(&self) -> Result<BestRecord, BestError> {
        let (network, channels) = (self.network, self.network.input()[0]);
        if let Some(found) = self.normalisation.map(|n| n.mean().len()).filter(|&found| found != channels) {
            return Err(BestError::Channels { found, expected: channels });
        }
        if self.classes.len() != network.classes() {
            return Err(BestError::Classes { found: self.classes.len(), expected: network.classes() });
        }
        if let BestNet::Paper(NetworkConfig { cells, shape, .. }) = network {
            shape.check()?;
            cells.space().belongs(self.mask)?;
        }
        Ok(BestRecord {
            architecture: self.mask.clone(),
            network: network.clone(),
            one_shot: self.trained().map(|network| network.one_shot),
            test: self.trained().map(|network| network.test),
            spread: self.spread(),
            cost: self.cost,
            seed: self.seed,
            normalisation: self.normalisation.cloned(),
            classes: self.classes.to_vec(),
            provenance: self.provenance.clone(),
            command: self.command.map(Into::into),
            latency: self.latency.to_vec(),
        })
    }
}

impl BestRecord {
    /// Returns the description of a network of the paper's, from which `supernet-export` writes
    /// `file`.
    ///
    /// # Errors
    /// Networks of another space, or that read no images.
    pub fn description(&self, file: BestFile) -> Result<NetworkDescription<'_>, BestError> {
        let Self { network, architecture: mask, normalisation, classes, seed, .. } = self;
        match (network, normalisation) {
            (BestNet::Paper(config), Some(normalisation)) => {
                Ok(NetworkDescription { config, mask, normalisation, classes, seed: *seed })
            }
            _ => Err(BestError::OtherSpace { file: file.name(), space: network.space().into() }),
        }
    }

    /// Returns the text of `card.md`, for people: the network beside `retrained`, every network of
    /// its run that was trained from scratch, and what `files` of `best/` are.
    pub fn markdown(&self, retrained: &[Retrained], files: &[BestFile]) -> String {
        let provenance = &self.provenance;
        let mut text = format!(
            "# A network found by one-shot architecture search on {}\n\n`{}`\n\n| | |\n|---|---|\n",
            line(&provenance.data),
            self.architecture
        );
        let group = retrained.iter().find(|network| network.mask == self.architecture).map(|network| network.group);
        for (name, value) in self.rows(group) {
            writeln!(text, "| {name} | {} |", line(&value).replace('|', "\\|")).expect("a string");
        }
        if let Some(command) = &self.command {
            write!(text, "\nMade by:\n\n    {}\n", line(command)).expect("a string");
        }
        if !retrained.is_empty() {
            let table = ComparisonTable(retrained);
            write!(text, "\n## Beside others of the same run\n\n```text\n{table}```\n").expect("a string");
        }
        text + &reads(self) + &list_of(files)
    }

    /// The facts, each with its name. `group` says why the network was trained from scratch.
    fn rows(&self, group: Option<Group>) -> Vec<(&'static str, String)> {
        let mut rows = self.score_rows(group);
        rows.push(("parameters", self.cost.parameters.to_string()));
        rows.push(("multiply-accumulates", format!("{} for one image", self.cost.macs)));
        let device = &self.provenance.device;
        rows.extend(self.latency.iter().map(|latency| ("latency", format!("{latency}, on {device}"))));
        let Provenance { supernet, burn, device, data, images: [train, validation, test], fingerprints, .. } =
            &self.provenance;
        rows.push(("seed", self.seed.to_string()));
        rows.push(("device", device.clone()));
        rows.push((
            "data",
            format!("{data}: {train} training, {validation} validation, {}", counted(*test, "test image")),
        ));
        if !self.provenance.left_out.is_empty() {
            rows.push(("beside the images", self.provenance.left_out.to_string()));
        }
        rows.push(("fingerprints of the three", fingerprints.join(", ")));
        rows.push(("versions", format!("supernet {supernet}, burn {burn}")));
        rows
    }

    /// Test accuracy, its spread, one-shot accuracy: those that are known.
    fn score_rows(&self, group: Option<Group>) -> Vec<(&'static str, String)> {
        let percent = |value: f64, digits: usize| format!("{:.digits$} %", 100.0 * value);
        let mut rows = Vec::new();
        if let Some(Score { accuracy, loss, images }) = self.test {
            rows.push((
                "test accuracy",
                format!("{} on {}, loss {loss:.4}", percent(accuracy, 2), counted(images, "image")),
            ));
        }
        if let (Some(Spread { n, mean, deviation }), Some(group)) = (self.spread, group) {
            let group = group.name();
            let (mean, deviation) = (100.0 * mean, 100.0 * deviation);
            let text = if n == 1 {
                format!("not known: one network of its group ({group}) was trained from scratch")
            } else {
                format!(
                    "{mean:.2} ± {deviation:.2} % over the {n} of its group ({group}) that were trained from scratch \
                     (mean, standard deviation)"
                )
            };
            rows.push(("spread", text));
        }
        if let Some(Score { accuracy, images, .. }) = self.one_shot {
            let chosen =
                if group == Some(Group::Picked) { "; it was chosen before any test image was read" } else { "" };
            rows.push((
                "one-shot accuracy",
                format!("{} on {}{chosen}", percent(accuracy, 1), counted(images, "validation image")),
            ));
        }
        rows
    }
}

/// Describes the network's input and output.
fn reads(record: &BestRecord) -> String {
    let list = |values: &[f32]| values.iter().map(f32::to_string).collect::<Vec<_>>().join(", ");
    let classes = record.classes.iter().map(|name| line(name)).collect::<Vec<_>>().join(", ");
    let input = match (record.network.input().as_slice(), &record.normalisation) {
        ([channels, height, width], Some(normalisation)) => format!(
            "Images [{channels}, {height}, {width}] (channels, height, width). Each value, from 0 to 255, goes in as `(value / 255 - mean) / std` of \
             its channel:\nmean {}; std {}.",
            list(normalisation.mean()),
            list(normalisation.std()),
        ),
        (input, _) => format!("Numbers of shape {input:?} for each example, as they were trained on."),
    };
    format!("\n## What it reads\n\n{input}\n\nA logit for each class, in this order: {classes}.\n")
}

/// The table of files.
fn list_of(files: &[BestFile]) -> String {
    let rows: String = files.iter().map(|file| format!("| `{}` | {} |\n", file.name(), file.what())).collect();
    format!("\n## Files\n\n| file | what |\n|---|---|\n{rows}")
}

/// Text without line breaks or other control characters.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use supernet_nn::NormKind;
    use supernet_space::{CellSpace, ConvOrder, NetworkShape, StemKind};

    struct Described {
        config: NetworkConfig,
        net: BestNet,
        mask: PathMask,
        normalisation: Normalisation,
        classes: Vec<String>,
    }

    impl Described {
        fn small(mask: &str) -> Self {
            let cells = CellSpace::new(3, 2).unwrap();
            let mask = cells.space().parse(mask).unwrap();
            let order = ConvOrder::default();
            let shape = NetworkShape { filters: 4, side: 8, channels: 3, classes: 5, order, stem: StemKind::Plain };
            let config = NetworkConfig { cells, shape, norm: NormKind::default() };
            Self {
                net: BestNet::Paper(config.clone()),
                config,
                mask,
                normalisation: Normalisation::new(vec![0.5, 0.25, 0.1], vec![0.2, 0.3, 0.4]).unwrap(),
                classes: (0..5).map(|class| format!("class {class}")).collect(),
            }
        }

        fn card<'a>(&'a self, retrained: &'a [Retrained], provenance: &'a Provenance) -> Card<'a> {
            let Self { config, net, mask, normalisation, classes } = self;
            Card {
                network: net,
                mask,
                cost: config.shape.cost(&config.cells, mask).unwrap(),
                normalisation: Some(normalisation),
                classes,
                seed: 1,
                retrained,
                provenance,
                command: None,
                latency: &[],
            }
        }
    }

    fn retrained(group: Group, mask: &PathMask, accuracy: f64) -> Retrained {
        let score = |accuracy| Score { accuracy, loss: 0.5, images: 1_000 };
        let cost = Cost { parameters: 1, macs: 1 };
        Retrained { group, mask: mask.clone(), one_shot: score(0.75), cost, test: score(accuracy) }
    }

    fn provenance() -> Provenance {
        Provenance {
            supernet: "0.1.0".into(),
            burn: "0.22.1".into(),
            device: "flex".into(),
            data: "my | images".into(),
            images: [600, 100, 300],
            fingerprints: ["aa".into(), "bb".into(), "cc".into()],
            definition: None,
            parts: Vec::new(),
            left_out: Default::default(),
        }
    }

    fn latency(images: usize) -> Latency {
        Latency { images, median_ms: 0.4, quartiles_ms: [0.3, 0.5], runs: 30 }
    }

    #[test]
    fn a_card_says_what_is_known_and_nothing_else() {
        let described = Described::small("11:0110000/101:1000000");
        let other = described.config.cells.space().parse("10:0110000/101:1000000").unwrap();
        let retrained = [
            retrained(Group::Picked, &described.mask, 0.9),
            retrained(Group::Picked, &other, 0.8),
            retrained(Group::Random, &other, 0.1),
        ];
        let provenance = provenance();
        let card = Card { command: Some("quickstart\n--seed 1"), ..described.card(&retrained, &provenance) };
        let text = card.record().unwrap().markdown(&retrained, &BestFile::ALL);
        for said in [
            "| test accuracy | 90.00 % on 1000 images, loss 0.5000 |",
            "| spread | 85.00 ± 7.07 % over the 2 of its group (picked)",
            "| one-shot accuracy | 75.0 % on 1000 validation images; it was chosen before",
            "| data | my \\| images: 600 training, 100 validation, 300 test images |",
            "| fingerprints of the three | aa, bb, cc |",
            "    quickstart --seed 1\n",
            "picked − random: ",
            "A logit for each class, in this order: class 0, class 1",
            "| `model.onnx` |",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
        assert!(!text.contains("latency"));
        let cost = described.config.shape.cost(&described.config.cells, &described.mask).unwrap();
        assert!(text.contains(&format!("| parameters | {} |", cost.parameters)));

        let latency = [latency(1), latency(64)];
        let measured = Card { latency: &latency, command: None, retrained: &retrained[..1], ..card };
        let text = measured.record().unwrap().markdown(measured.retrained, &BestFile::ALL);
        for images in ["1 image", "64 images"] {
            let row = format!("| latency | {images}: 0.4 ms (median), half of 30 runs took 0.3 to 0.5 ms, on flex |");
            assert!(text.contains(&row), "{text}");
        }
        assert!(!text.contains("Made by"));
        assert!(text.contains("| spread | not known"));
    }

    #[test]
    fn the_record_is_read_back_as_it_was_written() {
        let described = Described::small("11:0110000/101:1000000");
        let retrained = [retrained(Group::Picked, &described.mask, 0.9)];
        let provenance = provenance();
        for command in [None, Some("quickstart")] {
            let card = Card { command, ..described.card(&retrained, &provenance) };
            let record = card.record().unwrap();
            let text = serde_json::to_string_pretty(&record).unwrap();
            assert!(!text.contains("latency"));
            assert_eq!(serde_json::from_str::<BestRecord>(&text).unwrap(), record);
            // As it may stand in a file of an earlier version.
            let words = text.replacen('{', r#"{ "latency": "0.4 ms","#, 1);
            assert_eq!(serde_json::from_str::<BestRecord>(&words).unwrap(), record);
            let other = text.replacen('{', r#"{ "latency": 7,"#, 1);
            assert!(serde_json::from_str::<BestRecord>(&other).is_err());
            let timed = Card { latency: &[latency(1)], ..card }.record().unwrap();
            let text = serde_json::to_string_pretty(&timed).unwrap();
            assert_eq!(serde_json::from_str::<BestRecord>(&text).unwrap(), timed);
            assert_eq!(timed.latency, [latency(1)]);
        }
    }
}
