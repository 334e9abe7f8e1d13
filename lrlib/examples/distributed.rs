//! The tutorial on many machines: `mpirun -n 4 target/release/examples/distributed DATA`.

use std::{path::PathBuf, process::ExitCode, time::Instant};

use clap::{Parser, ValueEnum, builder::RangedU64ValueParser};
use lrlib::{
    Error, Result,
    datasets::{ImageFolder, data_folder},
    distributed::{Split, World, fit},
    nn::LogisticRegression,
    train::{Checkpoint, History, TrainConfig},
    transforms::{CenterCrop, Compose, Resize},
};

/// Trains logistic regression on pictures of which each process loads its share.
#[derive(Parser)]
#[command(name = "distributed")]
struct Arguments {
    /// A folder with train/ and val/, each with two class folders; without it, the pictures of the notebooks
    data: Option<PathBuf>,
    /// How often every picture is seen
    #[arg(long, default_value_t = 100, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    epochs: usize,
    /// The length of a step relative to the gradient
    #[arg(long, default_value_t = 1e-4)]
    learning_rate: f32,
    /// The part of the last step that each step repeats
    #[arg(long, default_value_t = 0.0)]
    momentum: f32,
    /// Write a line for every epoch to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Save the run in this file, and continue from it if it exists
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Epochs from one checkpoint to the next
    #[arg(long, default_value_t = 1000, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    every: usize,
    /// What is spread over the processes; without it, what costs least
    #[arg(long)]
    split: Option<Spread>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Spread {
    Samples,
    Features,
    Gram,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let world = match World::join() {
        Ok(world) => world,
        Err(error) => {
            eprintln!("distributed: {error}");
            return ExitCode::FAILURE;
        }
    };
    let Err(error) = run(&arguments, &world) else { return ExitCode::SUCCESS };
    // Only this rank has an error about a file; the others would wait for it. Every other error is that of all.
    if error.path().is_some() {
        eprintln!("distributed: rank {} of {}: {error}", world.rank(), world.size());
        world.abort();
    }
    if world.rank() == 0 {
        eprintln!("distributed: {error}");
    }
    world.barrier();
    ExitCode::FAILURE
}

fn run(arguments: &Arguments, world: &World) -> Result<()> {
    let say = |line: &str| {
        if world.rank() == 0 {
            println!("{line}");
        }
    };
    arguments.csv.iter().try_for_each(History::check_csv)?;
    let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
    let data = arguments.data.clone().map_or_else(|| data_folder("data"), Ok)?;
    let (train_folder, val_folder) = (ImageFolder::new(data.join("train"))?, ImageFolder::new(data.join("val"))?);
    if train_folder.classes() != val_folder.classes() {
        let (train, val) = (train_folder.classes(), val_folder.classes());
        let problem = format!("train has the classes {train:?}, val {val:?}; give both the same names");
        return Err(Error::Dataset { path: data, problem });
    }
    let (train, val) = (world.load(&train_folder, &transform)?, world.load(&val_folder, &transform)?);
    say(&format!("pictures from {}\ntrain {train_folder:?}\nval   {val_folder:?}", data.display()));

    let mut model = LogisticRegression::new(train.num_features());
    let Arguments { epochs, learning_rate, momentum, every, .. } = *arguments;
    let checkpoint = arguments.checkpoint.clone().map(|path| Checkpoint { path, every });
    let log_every = 10.max(epochs / 100);
    let config = TrainConfig { epochs, learning_rate, momentum, log_every, checkpoint, ..Default::default() };
    let split = arguments.split.map(|split| match split {
        Spread::Samples => Split::Samples,
        Spread::Features => Split::Features,
        Spread::Gram => Split::Gram,
    });
    let start = Instant::now();
    let (history, split) = fit(world, &mut model, (&train, Some(&val)), &config, split)?;
    let seconds = start.elapsed().as_secs_f64();
    let ranks = world.size();
    let [before, each] = split.exchanges([train_folder.len(), val_folder.len(), train.num_features()], ranks);
    say(&format!("{ranks} ranks, split by {split}, {seconds:.3} s with what they exchange:"));
    say(&format!("a rank sends {before} numbers before the first epoch, and {each} at each"));
    say(&format!("{world:?}"));
    if world.rank() == 0 {
        arguments.csv.iter().try_for_each(|path| history.write_csv(path))?;
    }
    Ok(())
}
