//! The whole tutorial in one command: `cargo run --release --example tutorial`.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, builder::RangedU64ValueParser};
use lrlib::{
    Error, Result,
    datasets::{ImageFolder, data_folder},
    metrics::majority_baseline,
    nn::LogisticRegression,
    train::{Checkpoint, History, TrainConfig, fit},
    transforms::{CenterCrop, Compose, Resize},
};

/// Trains logistic regression on a folder of pictures and prints the tutorial's table.
#[derive(Parser)]
#[command(name = "tutorial")]
struct Arguments {
    /// A folder with train/ and val/, each with two class folders; without it, the pictures of the notebooks
    data: Option<PathBuf>,
    /// How often every picture is seen
    #[arg(long, default_value_t = 100, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    epochs: usize,
    /// The length of a step relative to the gradient
    #[arg(long, default_value_t = 1e-4, value_parser = above_zero, allow_negative_numbers = true)]
    learning_rate: f32,
    /// Train without a bias
    #[arg(long)]
    no_bias: bool,
    /// Write a line for every epoch to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Save the run in this file every 1000 epochs, and continue from the file if it exists
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tutorial: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    arguments.csv.iter().try_for_each(History::check_csv)?;
    let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
    let data = arguments.data.clone().map_or_else(|| data_folder("data"), Ok)?;
    say(&format!("pictures from {}", data.display()));
    let train_folder = ImageFolder::new(data.join("train"))?;
    let val_folder = ImageFolder::new(data.join("val"))?;
    if train_folder.classes() != val_folder.classes() {
        let problem = format!(
            "train has the classes {:?}, val {:?}; give both the same names",
            train_folder.classes(),
            val_folder.classes()
        );
        return Err(Error::Dataset { path: data, problem });
    }
    let (train, val) = (train_folder.load(&transform)?, val_folder.load(&transform)?);
    say(&format!("train {train_folder:?}\nval   {val_folder:?}"));
    say(&format!("always the more frequent class: val {:.2} %", 100.0 * majority_baseline(&val.y)));

    let model = LogisticRegression::new(train.num_features());
    let mut model = if arguments.no_bias { model.without_bias() } else { model };
    let (epochs, learning_rate) = (arguments.epochs, arguments.learning_rate);
    let checkpoint = arguments.checkpoint.clone().map(|path| Checkpoint { path, every: 1000 });
    let config =
        TrainConfig { epochs, learning_rate, log_every: 10.max(epochs / 100), checkpoint, ..Default::default() };
    let history = fit(&mut model, &train, Some(&val), &config)?;
    arguments.csv.iter().try_for_each(|path| history.write_csv(path))
}

/// Prints a line. A closed pipe, as after `tutorial | head`, must not end the run.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn above_zero(text: &str) -> std::result::Result<f32, String> {
    let number: f32 = text.parse().map_err(|_| "use a number above 0, such as 1e-4")?;
    if number > 0.0 && number.is_finite() { Ok(number) } else { Err("use a number above 0, such as 1e-4".into()) }
}
