//! Mini-batches need the memory of one batch, not of all samples.

#![cfg(target_os = "linux")]

use std::fs;

use lrlib::{
    datasets::Batch,
    nn::LogisticRegression,
    train::{TrainConfig, fit},
};
use ndarray::{Array1, Array2};

/// Peak memory of this process in bytes, since it was last reset.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a line");
    1024 * line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<usize>().ok()).expect("a number")
}

#[test]
fn mini_batches_copy_one_batch_at_a_time() {
    let (n, d) = (400, 50_000); // 80 MB
    let train = Batch::new(Array2::from_elem((n, d), 0.5), Array1::from_shape_fn(n, |i| (i % 2) as f32));
    let config = TrainConfig { epochs: 2, batch_size: Some(8), ..Default::default() };
    let mut model = LogisticRegression::new(d);
    if fs::write("/proc/self/clear_refs", "5").is_err() {
        return; // the peak cannot be reset here
    }
    let before = peak();
    fit(&mut model, &train, None, &config).expect("it trains");
    let more = peak() - before;
    assert!(more < 20 << 20, "{} MiB more than the data", more >> 20);
}
