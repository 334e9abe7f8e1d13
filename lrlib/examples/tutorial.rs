//! The whole tutorial in one command: `cargo run --release --example tutorial -- DATA`.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use lrlib::{
    CenterCrop, Compose, ImageFolder, LogisticRegression, Resize, Result, TrainConfig, fit, majority_baseline,
};

/// Trains logistic regression on a folder of pictures and prints the tutorial's table.
#[derive(Parser)]
#[command(name = "tutorial")]
struct Arguments {
    /// A folder with train/ and val/, each with two class folders
    data: PathBuf,
    /// How often every picture is seen
    #[arg(long, default_value_t = 100)]
    epochs: usize,
    /// The length of a step against the gradient
    #[arg(long, default_value_t = 1e-4)]
    learning_rate: f32,
    /// Train without a bias, as the original does by mistake: reproduces its published numbers
    #[arg(long)]
    no_bias: bool,
    /// Write a line for every epoch to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
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
    let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
    let train_folder = ImageFolder::new(arguments.data.join("train"))?;
    let val_folder = ImageFolder::new(arguments.data.join("val"))?;
    let (train, val) = (train_folder.load(&transform)?, val_folder.load(&transform)?);
    println!("train {train_folder:?}\nval   {val_folder:?}");
    println!("always the more frequent class: val {:.2} %", 100.0 * majority_baseline(&val.y));

    let model = LogisticRegression::new(train.num_features());
    let mut model = if arguments.no_bias { model.without_bias() } else { model };
    let (epochs, learning_rate) = (arguments.epochs, arguments.learning_rate);
    let config = TrainConfig { epochs, learning_rate, log_every: 10, ..Default::default() };
    let history = fit(&mut model, &train, Some(&val), &config)?;
    arguments.csv.iter().try_for_each(|path| history.write_csv(path))
}
