//! lrlib's side of `ci/bench`: does a piece of work once for each line on its standard input, and prints the seconds.
//!
//! usage: bench DATA WORK ROW, where WORK is a folder for the files that the programs exchange

use std::{
    env,
    error::Error,
    fs::{self, File},
    hint::black_box,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use lrlib::{
    datasets::{Batch, DataLoader, ImageFolder},
    fast::{Pixel, to_bytes},
    metrics::accuracy,
    nn::{LogisticRegression, binary_cross_entropy},
    optim::{Sgd, newton},
    train::{Method, TrainConfig, fit},
    transforms::{CenterCrop, Compose, Resize},
};
use multiversion::multiversion;
use ndarray::ArrayRef2;
use rayon::prelude::*;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;
type Work = Box<dyn Fn() -> Result>;

/// Running sums kept in parallel, so that the compiler can add whole vectors.
const LANES: usize = 32;

fn main() -> Result {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [data, folder, row] = arguments.as_slice() else { return Err("usage: bench DATA WORK ROW".into()) };
    let (data, folder) = (PathBuf::from(data), PathBuf::from(folder));
    let work: Work = match row.as_str() {
        "load" => Box::new(move || load(&data).map(|both| drop(black_box(both)))),
        "tutorial" => Box::new(move || run_fit(&load(&data)?, 100, None)),
        "files" => Box::new(move || from_files(&data.join("train"))),
        _ => on_pixels(row, load(&data)?, folder)?,
    };
    for _ in io::stdin().lines() {
        let start = Instant::now();
        work()?;
        println!("{}", start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Returns the work of the rows that start with the pictures in memory.
fn on_pixels(row: &str, both: [Batch; 2], folder: PathBuf) -> Result<Work> {
    Ok(match row {
        "pixels" => Box::new(move || write_pixels(&both, &folder)),
        "fit100" => Box::new(move || run_fit(&both, 100, None)),
        "fit10000" => Box::new(move || run_fit(&both, 10_000, None)),
        "over" => Box::new(move || run_fit(&both, 100, Some(Method::FeatureSpace))),
        "space" => Box::new(move || run_fit(&both, 100, Some(Method::SampleSpace))),
        "loop" => Box::new(move || {
            written_out(&both, &both[0].x, &both[1].x, 100);
            Ok(())
        }),
        "bytes" => Box::new(move || {
            let [train, val] = both.each_ref().map(|batch| to_bytes(&batch.x).ok_or("some features are not pixels"));
            written_out(&both, &train?, &val?, 100);
            Ok(())
        }),
        "optimum" => Box::new(move || optimum(&both[0], &folder)),
        "read" => Box::new(move || read(&both, 100)),
        _ => return Err(format!("no row {row}").into()),
    })
}

/// Training and validation pictures.
fn load(data: &Path) -> Result<[Batch; 2]> {
    let split = |name| ImageFolder::new(data.join(name))?.load(&transform());
    Ok([split("train")?, split("val")?])
}

fn transform() -> Compose {
    Compose::new().then(Resize(224)).then(CenterCrop(224))
}

/// One epoch of mini-batches, decoded as they are needed.
fn from_files(folder: &Path) -> Result {
    let loader = DataLoader::new(ImageFolder::new(folder)?, transform(), 32)?.shuffle(1);
    let mut model = LogisticRegression::new(3 * 224 * 224);
    for batch in loader.epoch(0) {
        let batch = batch?;
        let grads = model.backward(&batch.x, &model.forward(&batch.x), &batch.y);
        Sgd::new(1e-4).step(&mut model, &grads);
    }
    Ok(())
}

/// Writes each picture's label and pixels as f32, so that the peers train on the same numbers.
fn write_pixels(both: &[Batch; 2], folder: &Path) -> Result {
    for (batch, name) in both.iter().zip(["train.f32", "val.f32"]) {
        let mut file = BufWriter::new(File::create(folder.join(name))?);
        for (row, label) in batch.x.outer_iter().zip(&batch.y) {
            for number in [label].into_iter().chain(row) {
                file.write_all(&number.to_le_bytes())?;
            }
        }
        file.flush()?;
    }
    Ok(())
}

fn run_fit([train, val]: &[Batch; 2], epochs: usize, method: Option<Method>) -> Result {
    let mut model = LogisticRegression::new(train.num_features());
    let history = fit(&mut model, train, Some(val), &TrainConfig { epochs, method, ..Default::default() })?;
    black_box((model, history));
    Ok(())
}

/// Finds the optimum where scikit-learn's C is 1e-3; weights and bias go to a file, to be scored beside the peers'.
fn optimum(train: &Batch, folder: &Path) -> Result {
    let mut model = LogisticRegression::new(train.num_features());
    newton(&mut model, train, 1e3 / train.num_samples() as f32)?;
    let numbers = model.weight.iter().copied().chain(model.bias).map(f64::from);
    fs::write(folder.join("lrlib.f64"), numbers.flat_map(f64::to_le_bytes).collect::<Vec<_>>())?;
    Ok(())
}

/// The loop as the tutorial writes it: forward, loss, backward, step, and the accuracy on val.
fn written_out<T: Pixel>([train, val]: &[Batch; 2], x: &ArrayRef2<T>, val_x: &ArrayRef2<T>, epochs: usize) {
    let mut model = LogisticRegression::new(train.num_features());
    for _ in 0..epochs {
        let y_hat = model.forward(x);
        black_box((binary_cross_entropy(&y_hat, &train.y), accuracy(&train.y, &y_hat)));
        let grads = model.backward(x, &y_hat, &train.y);
        Sgd::new(1e-4).step(&mut model, &grads);
        black_box(accuracy(&val.y, &model.forward(val_x)));
    }
}

/// Reads only what that loop must read: the pixels, forward, backward and for val.
fn read([train, val]: &[Batch; 2], epochs: usize) -> Result {
    for x in [train, train, val].into_iter().cycle().take(3 * epochs).map(|batch| &batch.x) {
        let pixels = x.as_slice().ok_or("the pixels do not lie in order")?;
        black_box(pixels.par_chunks(x.ncols()).map(sum).sum::<f32>());
    }
    Ok(())
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn sum(numbers: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (numbers, rest) = numbers.as_chunks::<LANES>();
    for numbers in numbers {
        for lane in 0..LANES {
            sums[lane] += numbers[lane];
        }
    }
    sums.iter().chain(rest).sum()
}
