//! The products that training spends its time in, each beside the plain loop that says the same: `cargo bench`.
//!
//! As many samples as the photographs to train on, of as many features; the rate is that of reading them once.

use divan::{Bencher, black_box, counter::BytesCount};
use lrlib::{
    datasets::Batch,
    nn::LogisticRegression,
    optim::Sgd,
    train::{TrainConfig, fit},
};
use ndarray::{Array1, Array2};

const N: usize = 244;
const D: usize = 3 * 224 * 224;

fn main() {
    divan::main();
}

/// A fixed pattern of pixels, and a model that has seen it once.
fn pattern() -> (Batch, LogisticRegression) {
    let x = Array2::from_shape_fn((N, D), |(i, j)| ((i * i * 31 + j * 17 + i * j * 7) % 256) as f32 / 255.0);
    let batch = Batch::new(x, Array1::from_shape_fn(N, |i| f32::from(u8::from(i % 3 == 0))));
    let mut model = LogisticRegression::new(D);
    let grads = model.backward(&batch.x, &model.forward(&batch.x), &batch.y);
    Sgd::new(1e-4).step(&mut model, &grads);
    (batch, model)
}

fn pixels() -> BytesCount {
    BytesCount::of_many::<f32>(N * D)
}

#[divan::bench]
fn logits(bencher: Bencher<'_, '_>) {
    let (batch, model) = pattern();
    bencher.counter(pixels()).bench_local(|| model.logits(black_box(&batch.x)));
}

#[divan::bench]
fn logits_plain(bencher: Bencher<'_, '_>) {
    let (batch, model) = pattern();
    bencher.counter(pixels()).bench_local(|| {
        let bias = model.bias.unwrap_or(0.0);
        let rows = black_box(&batch.x).outer_iter();
        rows.map(|row| row.iter().zip(&model.weight).map(|(x, w)| x * w).sum::<f32>() + bias).collect::<Array1<f32>>()
    });
}

#[divan::bench]
fn backward(bencher: Bencher<'_, '_>) {
    let (batch, model) = pattern();
    let y_hat = model.forward(&batch.x);
    bencher.counter(pixels()).bench_local(|| model.backward(black_box(&batch.x), &y_hat, &batch.y));
}

#[divan::bench]
fn backward_plain(bencher: Bencher<'_, '_>) {
    let (batch, model) = pattern();
    let error = (model.forward(&batch.x) - &batch.y) / N as f32;
    bencher.counter(pixels()).bench_local(|| {
        let mut weight = Array1::<f32>::zeros(D);
        for (row, error) in black_box(&batch.x).outer_iter().zip(&error) {
            for (sum, x) in weight.iter_mut().zip(row) {
                *sum += error * x;
            }
        }
        weight
    });
}

/// 100 epochs as `fit` makes them, with the dot products of all pairs of samples.
#[divan::bench(sample_count = 10)]
fn fit_100_epochs(bencher: Bencher<'_, '_>) {
    let (batch, model) = pattern();
    let config = TrainConfig::default();
    bencher.counter(pixels()).bench_local(|| fit(&mut model.clone(), black_box(&batch), None, &config));
}

/// The same with forward, backward and step over the pixels at every epoch.
#[divan::bench(sample_count = 5)]
fn loop_100_epochs(bencher: Bencher<'_, '_>) {
    let (batch, model) = pattern();
    bencher.counter(pixels()).bench_local(|| {
        let mut model = model.clone();
        for _ in 0..100 {
            let grads = model.backward(&batch.x, &model.forward(&batch.x), &batch.y);
            Sgd::new(1e-4).step(&mut model, &grads);
        }
        model
    });
}
