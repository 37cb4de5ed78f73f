//! What the correlation study leaves for people.

use super::{Agreement, CorrelationResult, Drawn, ExperimentError, Member, Top};
use std::{
    fmt::{self, Write},
    path::Path,
};
use supernet_export::cell_svg;
use supernet_report::{Cell, Page, Point, ScatterFigure, Series};
use supernet_search::{Estimate, Spread};
use supernet_space::counted;
use supernet_train::{Columns, Provenance, SearchConfig, TrainError, store::write_whole};

impl CorrelationResult {
    /// Writes `networks.csv`, `figure.svg`, `figure.png`, `table.txt` and `report.html` to
    /// `directory`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, directory: &Path) -> Result<(), ExperimentError> {
        let figure = self.figure();
        let svg = figure.svg()?;
        write_whole(&directory.join("networks.csv"), self.networks_csv().as_bytes())?;
        write_whole(&directory.join("figure.svg"), svg.as_bytes())?;
        write_whole(&directory.join("figure.png"), &figure.png()?)?;
        write_whole(&directory.join("table.txt"), self.to_string().as_bytes())?;
        Ok(write_whole(&directory.join("report.html"), self.page(&svg)?.html().as_bytes())?)
    }

    /// Accuracies from scratch over one-shot accuracies, and under them the histogram of all
    /// candidates. Error bars are one standard deviation: across over the supernets, upwards over
    /// seeds of training from scratch (pooled over the networks trained twice).
    pub fn figure(&self) -> ScatterFigure {
        let point = |member: &Member| {
            let accuracies: Vec<f64> = member.one_shot.iter().map(|score| score.accuracy).collect();
            let Spread { mean, deviation, .. } = Spread::of(&accuracies).expect("at least one supernet");
            let y = member.stand_alone[0].accuracy;
            Point { x: mean, y, dx: deviation, dy: self.seed_deviation.unwrap_or(0.0) }
        };
        let series = |name: &str, drawn| {
            Series::of_networks(name, self.members.iter().filter(|member| member.drawn == drawn).map(point).collect())
        };
        let all =
            [series("drawn at random", Drawn::Natural), series("stratified by one-shot accuracy", Drawn::Stratified)];
        ScatterFigure {
            title: format!("One-shot and stand-alone accuracy on {}", self.provenance.data),
            caption: self.caption(),
            x: format!("one-shot accuracy on {} validation images (%)", self.provenance.images[1]),
            y: format!("from scratch: accuracy on {} test images (%)", self.provenance.images[2]),
            series: all.into_iter().filter(|series| !series.points.is_empty()).collect(),
            population: self.candidates.clone(),
            plain_x: false,
        }
    }

    fn caption(&self) -> Vec<String> {
        let settings = &self.settings;
        let said = |name: &str, agreements: &[Agreement]| {
            let [kendall, size] = ["one-shot accuracy", "parameters"].map(|ranking| kendall_of(agreements, ranking));
            format!("{name}: Kendall {} (one-shot), {} (parameters)", shown(kendall), shown(size))
        };
        let mut rows = vec![format!("{}.", said("Drawn at random", &self.natural))];
        if !self.stratified.is_empty() {
            rows[0] = format!("{} {}.", rows[0], said("Stratified", &self.stratified));
        }
        rows.push(format!(
            "Error bars: one standard deviation over {} (seeds {:?}) and over seeds from scratch. {}",
            counted(settings.supernet_seeds.len(), "supernet"),
            settings.supernet_seeds,
            company(&settings.search, &self.provenance)
        ));
        rows
    }

    fn networks_csv(&self) -> String {
        let supernets = self.settings.supernet_seeds.iter().map(|seed| format!("accuracy_{seed},loss_{seed}"));
        let mut text = format!(
            "drawn,stratum,weight,architecture,{},test_accuracy,test_loss,second_accuracy,second_loss,parameters,macs\n",
            supernets.collect::<Vec<_>>().join(",")
        );
        for member in &self.members {
            let scores = member.one_shot.iter().chain(&member.stand_alone);
            let mut scores: Vec<String> = scores.map(|score| format!("{},{}", score.accuracy, score.loss)).collect();
            if member.stand_alone.len() < 2 {
                scores.push(",".into());
            }
            let drawn = if member.drawn == Drawn::Natural { "natural" } else { "stratified" };
            let Member { stratum, weight, architecture, cost, .. } = member;
            let scores = scores.join(",");
            writeln!(text, "{drawn},{stratum},{weight},{architecture},{scores},{},{}", cost.parameters, cost.macs)
                .expect("a string");
        }
        text
    }

    fn page(&self, svg: &str) -> Result<Page, TrainError> {
        let mut page =
            Page::new(format!("Does one-shot accuracy tell which networks are good? {}", self.provenance.data));
        page.paragraph(&company(&self.settings.search, &self.provenance));
        if let Some(verdict) = self.verdict() {
            page.paragraph(&verdict);
        }
        page.figure(svg, "stand-alone accuracy over one-shot accuracy, and the histogram of all candidates");
        for (name, said, agreements) in [
            ("Drawn at random", "What to expect of architectures drawn uniformly from the space.", &self.natural),
            (
                "Stratified by one-shot accuracy",
                "A wider range than chance draws, so the coefficients are higher; reweighted: Kendall with pair weights, an \
                 estimate for all candidates.",
                &self.stratified,
            ),
        ] {
            if !agreements.is_empty() {
                page.headline(name).paragraph(said);
                agreement_table(&mut page, agreements);
            }
        }
        if let Some(ceiling) = &self.ceiling {
            page.headline("The ceiling").paragraph("How well a second training from scratch agrees with the first.");
            agreement_table(&mut page, std::slice::from_ref(ceiling));
        }
        page.headline("Networks");
        self.network_table(&mut page);
        self.pictures(&mut page)?;
        Ok(page)
    }

    fn network_table(&self, page: &mut Page) {
        let rows: Vec<Vec<Cell>> = self
            .members
            .iter()
            .map(|member| {
                let one_shot: Vec<f64> = member.one_shot.iter().map(|score| score.accuracy).collect();
                let one_shot = Spread::of(&one_shot).expect("a supernet");
                let second = member.stand_alone.get(1).map(|score| score.accuracy);
                vec![
                    Cell::text(if member.drawn == Drawn::Natural { "at random" } else { "stratified" }),
                    Cell::code(&member.architecture),
                    Cell::number(
                        format!("{:.1} ± {:.1}", 100.0 * one_shot.mean, 100.0 * one_shot.deviation),
                        one_shot.mean,
                    ),
                    percent(Some(member.stand_alone[0].accuracy)),
                    percent(second),
                    Cell::number(format!("{:.1}", member.cost.parameters as f64 / 1e3), member.cost.parameters as f64),
                    Cell::number(format!("{:.2}", member.cost.macs as f64 / 1e6), member.cost.macs as f64),
                ]
            })
            .collect();
        let head =
            ["drawn", "architecture", "one-shot (%)", "from scratch (%)", "second (%)", "parameters (k)", "MACs (M)"];
        page.table(&head, &rows);
    }

    /// The cells of the best and the worst from scratch.
    fn pictures(&self, page: &mut Page) -> Result<(), TrainError> {
        let Ok(cells) = self.settings.search.cells() else { return Ok(()) };
        let mut order: Vec<&Member> = self.members.iter().collect();
        order.sort_by(|a, b| b.stand_alone[0].accuracy.total_cmp(&a.stand_alone[0].accuracy));
        let picture = |member: &Member| {
            let said = format!("{:.1} % from scratch: {}", 100.0 * member.stand_alone[0].accuracy, member.architecture);
            (cell_svg(&cells, &member.architecture), said)
        };
        let pictures = |members: &[&Member]| members.iter().map(|member| picture(member)).collect::<Vec<_>>();
        let count = 2.min(order.len());
        page.headline("The best cells from scratch").pictures(&pictures(&order[..count]));
        page.headline("The worst").pictures(&pictures(&order[order.len() - count..]));
        Ok(())
    }

    /// Whether one-shot accuracy beats the parameter count, in a sentence.
    pub fn verdict(&self) -> Option<String> {
        let gain = self.gain.as_ref()?;
        let Estimate { value, low, high } = gain.mean;
        let verdict = match () {
            () if low > 0.0 => "one-shot accuracy ranks better than the parameter count",
            () if high < 0.0 => "the parameter count ranks better than one-shot accuracy",
            () => "no clear difference between one-shot accuracy and the parameter count",
        };
        let seeds = counted(gain.each.len(), "supernet");
        Some(format!(
            "Kendall(one-shot) − Kendall(parameters), {} drawn at random, mean over {seeds}: {value:+.2}, paired 95 % \
             interval {low:+.2} to {high:+.2}, standard deviation over the supernets {:.2}: {verdict}.",
            counted(self.settings.natural, "network"),
            gain.deviation
        ))
    }
}

impl fmt::Display for CorrelationResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ceiling = self.ceiling.as_slice();
        for (name, agreements) in
            [("drawn at random", &self.natural[..]), ("stratified", &self.stratified), ("second training", ceiling)]
        {
            if let Some(first) = agreements.first() {
                writeln!(f, "{name}, n = {}", first.n)?;
                let columns = Columns([38, 20, 9, 8, 20, 11]);
                let head: [&dyn fmt::Display; 6] =
                    [&"ranking", &"Kendall [95 %]", &"Spearman", &"Pearson", &"Kendall | parameters", &"reweighted"];
                writeln!(f, "{}", columns.line(&head))?;
                for a in agreements {
                    let value = |estimate: Option<Estimate>| estimate.map_or("-".into(), |e| format!("{:.2}", e.value));
                    let line = columns.line(&[
                        &a.ranking,
                        &shown(a.plain.kendall),
                        &value(a.plain.spearman),
                        &value(a.plain.pearson),
                        &shown(a.partial.and_then(|partial| partial.kendall)),
                        &value(a.reweighted),
                    ]);
                    writeln!(f, "{line}")?;
                }
                writeln!(f)?;
            }
        }
        if let Some(verdict) = self.verdict() {
            writeln!(f, "{verdict}")?;
        }
        Ok(())
    }
}

/// n, seeds, budget, data and device in a sentence.
pub(crate) fn company(search: &SearchConfig, provenance: &Provenance) -> String {
    company_at(&[search.stand_alone.filters], search, provenance)
}

/// The same where networks are trained from scratch at each of the widths `filters`.
pub(crate) fn company_at(filters: &[usize], search: &SearchConfig, provenance: &Provenance) -> String {
    let filters = filters.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
    let Provenance { device, data, images, supernet, burn, .. } = provenance;
    let supernet_epochs = search.supernet.steps as f64 * search.supernet.batch as f64 / images[0] as f64;
    format!(
        "{data}: {} training, {} validation, {} test images. {}, {} of {} \
         ({supernet_epochs:.1} epochs); from scratch {filters} filters, {}. Seed {}, device {device}, supernet {supernet}, burn {burn}.",
        images[0],
        images[1],
        images[2],
        search.network.in_words(),
        counted(search.supernet.steps, "step"),
        counted(search.supernet.batch, "image"),
        counted(search.stand_alone.epochs, "epoch"),
        search.seed,
    )
}

pub(crate) fn kendall_of(agreements: &[Agreement], ranking: &str) -> Option<Estimate> {
    agreements.iter().find(|agreement| agreement.ranking == ranking)?.plain.kendall
}

pub(crate) fn shown(estimate: Option<Estimate>) -> String {
    estimate.map_or("-".into(), |estimate| estimate.to_string())
}

pub(crate) fn estimate_cell(estimate: Option<Estimate>) -> Cell {
    match estimate {
        Some(estimate) => Cell::number(estimate.to_string(), estimate.value),
        None => Cell::text("-"),
    }
}

pub(crate) fn percent(share: Option<f64>) -> Cell {
    share.map_or(Cell::text(""), |share| Cell::number(format!("{:.1}", 100.0 * share), share))
}

fn agreement_table(page: &mut Page, agreements: &[Agreement]) {
    let mut head: Vec<String> =
        ["ranking", "n", "Kendall", "Spearman", "Pearson", "Kendall | parameters", "Spearman | parameters"]
            .map(String::from)
            .to_vec();
    let reweighted = agreements.iter().any(|agreement| agreement.reweighted.is_some());
    if reweighted {
        head.push("Kendall, reweighted".into());
    }
    let top = agreements.first().map_or(&[][..], |agreement| &agreement.top[..]);
    head.extend(top.iter().flat_map(|Top { k, .. }| [format!("precision at {k}"), format!("best of top {k}")]));
    let rows: Vec<Vec<Cell>> = agreements
        .iter()
        .map(|a| {
            let partial = a.partial.unwrap_or_default();
            let mut row = vec![Cell::text(&*a.ranking), Cell::number(a.n.to_string(), a.n as f64)];
            row.extend(
                [a.plain.kendall, a.plain.spearman, a.plain.pearson, partial.kendall, partial.spearman]
                    .map(estimate_cell),
            );
            if reweighted {
                row.push(estimate_cell(a.reweighted));
            }
            for top in &a.top {
                row.push(Cell::number(format!("{:.2}", top.precision), top.precision));
                row.push(Cell::number(format!("{:.1}", top.best_rank), top.best_rank));
            }
            row
        })
        .collect();
    page.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
}
