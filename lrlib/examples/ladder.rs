//! How far logistic regression gets with better features: `cargo run --release --example ladder`.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use clap::{Parser, builder::RangedU64ValueParser};
use lrlib::{
    Error, Result,
    datasets::{Batch, ImageFolder, data_folder},
    features::{ColorHistogram, DenseDescriptors, FisherConfig, FisherVector, LocalBinaryPattern, Union, extract},
    metrics::{accuracy, wilson_interval},
    model_selection::{Fold, RepeatedStratifiedKFold, Scores, cross_validate, validation_curve},
    ndarray::{Array1, Array2, Axis},
    nn::LogisticRegression,
    optim::newton,
    transforms::{CenterCrop, Compose, Resize},
};

/// The strengths of the L2 penalty that cross-validation chooses from, for vectors of length 1.
const WEIGHT_DECAYS: [f32; 9] = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6];

/// Prints the cross-validated accuracy of logistic regression on one feature after another, and the accuracy of each on val.
///
/// Everything that is fitted (principal components, mixtures, the model) is fitted anew in each fold, on its training
/// pictures. The last row is the model with the best cross-validated accuracy.
#[derive(Parser)]
#[command(name = "ladder")]
struct Arguments {
    /// A folder with train/ and val/, each with two class folders; without it, the pictures of the notebooks
    data: Option<PathBuf>,
    /// Write the table to this file, too
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// How often train is divided into five folds
    #[arg(long, default_value_t = 10, value_parser = RangedU64ValueParser::<usize>::new().range(2..))]
    repeats: usize,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ladder: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The vectors of all pictures; those of train once more for each fold, where they depend on what they were fitted on.
struct Vectors {
    train: Array2<f32>,
    val: Array2<f32>,
    by_fold: Vec<Array2<f32>>,
}

/// A row of the table.
#[derive(Clone)]
struct Row {
    features: String,
    dimension: usize,
    cv: Scores,
    val_accuracy: f32,
    seconds: f64,
}

/// Labels, folds and the rows so far.
struct Ladder {
    y: Array1<f32>,
    val_y: Array1<f32>,
    folds: Vec<Fold>,
    rows: Vec<Row>,
    csv: Option<PathBuf>,
}

fn run(arguments: &Arguments) -> Result<()> {
    let data = arguments.data.clone().map_or_else(|| data_folder("data"), Ok)?;
    let [train, val] = [ImageFolder::new(data.join("train"))?, ImageFolder::new(data.join("val"))?];
    if train.classes() != val.classes() {
        let problem = format!("train has the classes {:?}, val {:?}; use the same", train.classes(), val.classes());
        return Err(Error::Dataset { path: data, problem });
    }
    say(&format!("pictures from {}\ntrain {train:?}\nval   {val:?}\n", data.display()));
    let labels =
        |folder: &ImageFolder| folder.samples().iter().map(|sample| sample.label as f32).collect::<Array1<_>>();
    let (y, val_y) = (labels(&train), labels(&val));
    let folds = RepeatedStratifiedKFold { n_splits: 5, n_repeats: arguments.repeats, seed: 0 }.split(&y)?;
    let mut ladder = Ladder { y, val_y, folds, rows: Vec::new(), csv: arguments.csv.clone() };
    ladder.write_csv()?;
    say(&format!(
        "{:34}{:>10}{:>17}{:>8}{:>18}{:>9}",
        "features", "dimension", "CV accuracy %", "val %", "95 %", "seconds"
    ));

    let started = Instant::now();
    let name = format!("always {}", train.classes()[1]);
    let cv = cross_validate(&ladder.y, &ladder.folds, |_, rows| {
        Ok(f64::from(ladder.y.select(Axis(0), rows).mean().unwrap_or(0.0)))
    })?;
    let val_accuracy = ladder.val_y.mean().unwrap_or(0.0);
    ladder.push(Row { features: name, dimension: 0, cv, val_accuracy, seconds: started.elapsed().as_secs_f64() })?;

    let started = Instant::now();
    let thumbnail = Compose::new().then(Resize(32)).then(CenterCrop(32));
    let pixels = fixed(train.load(&thumbnail)?, val.load(&thumbnail)?);
    ladder.climb("pixels 32 x 32", &[&pixels], started)?;
    let started = Instant::now();
    let colors = fixed(extract(&train, &ColorHistogram::default())?, extract(&val, &ColorHistogram::default())?);
    ladder.climb("color histogram", &[&colors], started)?;
    let started = Instant::now();
    let texture =
        fixed(extract(&train, &LocalBinaryPattern::default())?, extract(&val, &LocalBinaryPattern::default())?);
    ladder.climb("local binary patterns", &[&texture], started)?;
    ladder.climb("histogram + patterns", &[&colors, &texture], Instant::now())?;
    let started = Instant::now();
    let fisher_gradients = ladder.fisher(&DenseDescriptors::gradients(), &train, &val)?;
    ladder.climb("Fisher vector of gradients", &[&fisher_gradients], started)?;
    let started = Instant::now();
    let fisher_colors = ladder.fisher(&DenseDescriptors::colors(), &train, &val)?;
    ladder.climb("Fisher vector of colors", &[&fisher_colors], started)?;
    ladder.climb("both Fisher vectors", &[&fisher_gradients, &fisher_colors], Instant::now())?;
    let all = [&fisher_gradients, &fisher_colors, &colors, &texture];
    ladder.climb("all four", &all, Instant::now())?;

    let best = ladder.rows.iter().max_by(|a, b| a.cv.mean().total_cmp(&b.cv.mean())).expect("there are rows").clone();
    ladder.push(Row { features: format!("chosen: {}", best.features), ..best })
}

fn fixed(train: Batch, val: Batch) -> Vectors {
    Vectors { train: train.x, val: val.x, by_fold: Vec::new() }
}

impl Ladder {
    /// Fits PCA and mixture on train, and once more on the training pictures of each fold.
    fn fisher(&self, dense: &DenseDescriptors, train: &ImageFolder, val: &ImageFolder) -> Result<Vectors> {
        let (config, descriptors) = (FisherConfig::default(), dense.extract_all(train)?);
        let fisher = FisherVector::fit(&descriptors, &config)?;
        let in_fold = |(rows, _): &Fold| {
            let part: Vec<_> = rows.iter().map(|&row| descriptors[row].clone()).collect();
            FisherVector::fit(&part, &config)?.transform(&descriptors)
        };
        let by_fold = self.folds.iter().map(in_fold).collect::<Result<_>>()?;
        Ok(Vectors {
            train: fisher.transform(&descriptors)?,
            val: fisher.transform(&dense.extract_all(val)?)?,
            by_fold,
        })
    }

    /// Adds the row of these vectors, side by side.
    fn climb(&mut self, name: &str, parts: &[&Vectors], started: Instant) -> Result<()> {
        let join = |of: &dyn Fn(&Vectors) -> &Array2<f32>| -> Result<Array2<f32>> {
            let named: Vec<_> = parts.iter().map(|part| (name, &**of(part))).collect();
            Ok(Union::new(&named)?.x)
        };
        let batch = Batch::new(join(&|part| &part.train)?, self.y.clone());
        // The penalty alone is chosen with vectors fitted on all of train; the score that is reported is not theirs.
        let points = validation_curve(&batch, &WEIGHT_DECAYS, &self.folds)?;
        let accuracies = points.iter().map(|point| point.held_out_accuracy.mean());
        let best =
            accuracies.enumerate().fold((0, 0.0), |best, (at, mean)| if mean > best.1 { (at, mean) } else { best }).0;
        let (weight_decay, once) = (points[best].weight_decay, points[best].held_out_accuracy.clone());
        let fits = parts.iter().any(|part| !part.by_fold.is_empty());
        let cv = if fits { self.refitted(&join, weight_decay)? } else { once.clone() };
        let model = fit(&batch, weight_decay)?;
        let val_accuracy = accuracy(&model.forward(&join(&|part| &part.val)?), &self.val_y);
        let (dimension, seconds) = (batch.num_features(), started.elapsed().as_secs_f64());
        self.push(Row { features: name.into(), dimension, cv, val_accuracy, seconds })?;
        if fits {
            say(&format!("{:34}fitted once on train, not in each fold: {:.1}", "", 100.0 * once.mean()));
        }
        Ok(())
    }

    /// Returns the scores of models on the vectors of each fold.
    fn refitted(
        &self,
        join: &(impl Fn(&dyn Fn(&Vectors) -> &Array2<f32>) -> Result<Array2<f32>> + Sync),
        weight_decay: f32,
    ) -> Result<Scores> {
        cross_validate(&self.y, &self.folds, |train, held_out| {
            let fold = self.folds.iter().position(|fold| fold.0 == train).expect("one of the folds");
            let x = join(&|part| part.by_fold.get(fold).unwrap_or(&part.train))?;
            let batch = Batch::new(x, self.y.clone());
            let (train, held_out) = (batch.select(train), batch.select(held_out));
            let model = fit(&train, weight_decay)?;
            Ok(f64::from(accuracy(&model.forward(&held_out.x), &held_out.y)))
        })
    }

    /// Prints a row, and writes all so far to the file.
    fn push(&mut self, row: Row) -> Result<()> {
        let (low, high) = wilson_interval(row.val_accuracy, self.val_y.len());
        let [mean, std] = [row.cv.mean(), row.cv.std()].map(|share| 100.0 * share);
        let [val, low, high] = [row.val_accuracy, low, high].map(|share| 100.0 * share);
        say(&format!(
            "{:34}{:>10}{mean:>10.1} ± {std:>4.1}{val:>8.1}    [{low:>5.1}, {high:>5.1}]{:>9.1}",
            row.features, row.dimension, row.seconds
        ));
        self.rows.push(row);
        self.write_csv()
    }

    fn write_csv(&self) -> Result<()> {
        let Some(path) = &self.csv else { return Ok(()) };
        let mut text = String::from("features,dimension,cv_mean,cv_std,val_accuracy,val_low,val_high,seconds\n");
        for Row { features, dimension, cv, val_accuracy, seconds } in &self.rows {
            let ((low, high), features) =
                (wilson_interval(*val_accuracy, self.val_y.len()), features.replace([',', '"', '\n'], " "));
            let numbers = format!("{:.6},{:.6},{val_accuracy:.6},{low:.6},{high:.6}", cv.mean(), cv.std());
            writeln!(text, "{features},{dimension},{numbers},{seconds:.1}").expect("a String takes all");
        }
        fs::write(path, text).map_err(|source| Error::Io { action: "write", path: path.clone(), source })
    }
}

fn fit(batch: &Batch, weight_decay: f32) -> Result<LogisticRegression> {
    let mut model = LogisticRegression::new(batch.num_features());
    newton(&mut model, batch, weight_decay)?;
    Ok(model)
}

/// Prints a line. A closed pipe, as after `ladder | head`, must not end the run.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
