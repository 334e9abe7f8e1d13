//! The Rust peers of `ci/bench`: does its work once for each line it reads, and prints the seconds.
//!
//! usage: peers DATA WORK ROW; the pixels in WORK are those that `ci/benchmarks/src/bin/bench.rs` writes

use std::{env, error::Error, fs, hint::black_box, io, path::Path, time::Instant};

use candle_core::{Device, Tensor, Var};
use candle_nn::{Linear, Module, Optimizer, SGD, loss::binary_cross_entropy_with_logit};
use linfa::{Dataset, traits::Fit};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Numbers per picture: 3 · 224 · 224.
const NUM_FEATURES: usize = 150_528;
/// scikit-learn's 1/C, of a penalty added to the sum of the losses.
const ALPHA: f64 = 1e3;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [_, folder, row] = arguments.as_slice() else { return Err("usage: peers DATA WORK ROW".into()) };
    let folder = Path::new(folder);
    let (x, y) = read(&folder.join("train.f32"))?;
    let work: Box<dyn Fn() -> Result<()>> = match row.as_str() {
        "candle" => {
            let (x_val, y_val) = read(&folder.join("val.f32"))?;
            let (train, val) = (tensors(x, y)?, tensors(x_val, y_val)?);
            Box::new(move || candle(&train, &val, 100))
        }
        "linfa" => {
            let x = Array2::from_shape_vec((y.len(), NUM_FEATURES), x)?.mapv(f64::from);
            let train = Dataset::new(x, Array1::from(y).mapv(|y| y > 0.5));
            Box::new(move || linfa(&train, &folder.join("linfa.f64")))
        }
        _ => return Err(format!("no row {row}: candle or linfa").into()),
    };
    for _ in io::stdin().lines() {
        let start = Instant::now();
        work()?;
        println!("{}", start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Pixels and labels; a row of the file is a label, then the pixels.
fn read(path: &Path) -> Result<(Vec<f32>, Vec<f32>)> {
    let bytes = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let numbers: Vec<f32> = bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
    let rows = numbers.chunks_exact(1 + NUM_FEATURES);
    Ok((rows.clone().flat_map(|row| row[1..].to_vec()).collect(), rows.map(|row| row[0]).collect()))
}

fn tensors(x: Vec<f32>, y: Vec<f32>) -> Result<[Tensor; 2]> {
    let n = y.len();
    Ok([Tensor::from_vec(x, (n, NUM_FEATURES), &Device::Cpu)?, Tensor::from_vec(y, n, &Device::Cpu)?])
}

/// Forward, loss, training accuracy, backward, step, and the accuracy on val.
fn candle([x, y]: &[Tensor; 2], [x_val, y_val]: &[Tensor; 2], epochs: usize) -> Result<()> {
    let zeros = |shape: &[usize]| Var::from_vec(vec![0_f32; shape.iter().product()], shape, &Device::Cpu);
    let (weight, bias) = (zeros(&[1, NUM_FEATURES])?, zeros(&[1])?);
    let linear = Linear::new(weight.as_tensor().clone(), Some(bias.as_tensor().clone()));
    let mut optimizer = SGD::new(vec![weight, bias], 1e-4)?;
    for _ in 0..epochs {
        let logits = linear.forward(x)?.squeeze(1)?;
        let loss = binary_cross_entropy_with_logit(&logits, y)?;
        let train_accuracy = accuracy(&logits, y)?;
        optimizer.backward_step(&loss)?;
        let val_accuracy = accuracy(&linear.forward(x_val)?.squeeze(1)?, y_val)?;
        black_box((loss.to_scalar::<f32>()?, train_accuracy, val_accuracy));
    }
    Ok(())
}

fn accuracy(logits: &Tensor, y: &Tensor) -> candle_core::Result<f32> {
    let right = logits.gt(0_f32)?.eq(&y.gt(0.5_f32)?)?;
    right.to_dtype(logits.dtype())?.mean_all()?.to_scalar()
}

/// L-BFGS towards the optimum with an L2 penalty; weights and bias go to `path`, those of class 1: linfa's are those of
/// the larger class.
fn linfa(train: &Dataset<f64, bool, ndarray::Ix1>, path: &Path) -> Result<()> {
    let model = LogisticRegression::default().alpha(ALPHA).max_iterations(100).fit(train)?;
    let sign = if model.labels().pos.class { 1.0 } else { -1.0 };
    let numbers = model.params().iter().copied().chain([model.intercept()]).map(|number| sign * number);
    Ok(fs::write(path, numbers.flat_map(f64::to_le_bytes).collect::<Vec<_>>())?)
}
