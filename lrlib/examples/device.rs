//! Checks that a card computes what the processor does, and times both: `ci/device` builds and runs this.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
#[cfg(feature = "cuda")]
use cudarc::driver::{CudaContext, DriverError};
use lrlib::{
    Result,
    datasets::{Batch, rng},
    fast::Device,
    ndarray::{Array1, Array2, ArrayView1, Axis},
    nn::LogisticRegression,
    optim::Schedule,
    rand::RngCore as _,
    train::{Checkpoint, EarlyStopping, History, Method, TrainConfig, fit},
};
use rayon::prelude::*;

/// The features of a picture of 224 × 224 pixels.
const PICTURE: usize = 3 * 224 * 224;
/// How far the card may be from the processor: in the loss, relative to the loss where it is above 1; in weight and bias,
/// relative to the largest weight. Both round each sum to 24 bits, in another order.
const LOSS: f32 = 2e-6;
const WEIGHT: f32 = 2e-5;
/// What is wanted on a card in a server: times as fast as PyTorch's loop, for floats and for bytes, and this part of a
/// copy's bytes per second.
#[cfg(feature = "cuda")]
const TIMES: [f64; 2] = [4.0, 10.0];
#[cfg(feature = "cuda")]
const BANDWIDTH: f64 = 0.85;

/// Checks that a card computes what the processor does, and times both.
#[derive(Parser)]
#[command(name = "device")]
struct Arguments {
    /// Checks the card that Vulkan, Metal or DirectX 12 finds, instead of NVIDIA's
    #[arg(long)]
    wgpu: bool,
    /// Only says what `Device::best()` takes
    #[arg(long)]
    best: bool,
    /// Only checks the results, on small data
    #[arg(long)]
    small: bool,
    /// The time of PyTorch's loop over 100 epochs on the same card, in milliseconds, to compare with
    #[cfg(feature = "cuda")]
    #[arg(long)]
    pytorch: Option<f64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.best {
        let _ = Device::best();
        return ExitCode::SUCCESS;
    }
    let start = Instant::now();
    let card = match if arguments.wgpu { Device::wgpu() } else { Device::cuda() } {
        Ok(card) => card,
        Err(problem) => {
            eprintln!("device: {problem}");
            return ExitCode::FAILURE;
        }
    };
    println!("{card}, awake after {:.2} s; {}", start.elapsed().as_secs_f64(), Device::Cpu);
    let mut checks = Checks { card, failed: 0 };
    if let Err(problem) = checks.all(&arguments) {
        eprintln!("device: {problem}");
        return ExitCode::FAILURE;
    }
    println!(
        "{}",
        if checks.failed == 0 { "all checks passed".into() } else { format!("{} checks FAILED", checks.failed) }
    );
    if checks.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Random pixels, brighter by a little in a tenth of the columns where the label is 1: as bytes ÷ 255, or normalized to
/// floats that are not.
fn pixels(n: usize, d: usize, seed: u64, normalized: bool) -> Batch {
    let y: Array1<f32> = (0..n).map(|i| (i % 2) as f32).collect();
    let mut x = Array2::zeros((n, d));
    x.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(i, mut row)| {
        let mut bytes = vec![0; d];
        rng(seed, 0, i).fill_bytes(&mut bytes);
        for (j, (x, byte)) in row.iter_mut().zip(&bytes).enumerate() {
            let lean = if j % 10 == 0 && i % 2 == 1 { 3 } else { 0 };
            let pixel = f32::from(byte / 2 + 60 + lean) / 255.0;
            *x = if normalized { (pixel - 0.45) / 0.25 } else { pixel };
        }
    });
    Batch::new(x, y)
}

fn kind(normalized: bool) -> &'static str {
    if normalized { "floats" } else { "bytes" }
}

/// Returns how long `f` takes, and what it returns.
fn timed<T>(f: impl FnOnce() -> Result<T>) -> Result<(Duration, T)> {
    let start = Instant::now();
    let value = f()?;
    Ok((start.elapsed(), value))
}

fn largest(differences: impl Iterator<Item = f32>) -> f32 {
    differences.fold(0.0, |most, off| if off.abs() <= most { most } else { off.abs() }) // NaN counts as large
}

struct Checks {
    card: Device,
    failed: usize,
}

impl Checks {
    fn say(&mut self, good: bool, text: &str) {
        self.failed += usize::from(!good);
        println!("{}  {text}", if good { "ok   " } else { "WRONG" });
    }

    /// Trains on processor and card, and compares.
    fn compare(
        &mut self,
        name: &str,
        data: (&Batch, Option<&Batch>),
        start: &LogisticRegression,
        config: &TrainConfig,
    ) -> Result<()> {
        let (train, val) = data;
        let run = |device: &Device| {
            let mut model = start.clone();
            let config = TrainConfig { device: device.clone(), ..config.clone() };
            fit(&mut model, train, val, &config).map(|history| (model, history))
        };
        let (model, history) = run(&Device::Cpu)?;
        let (card_model, card_history) = run(&self.card)?;
        let (again, _) = run(&self.card)?;
        let loss = |one: Option<f32>, other: Option<f32>| match (one, other) {
            (Some(one), Some(other)) => (one - other) / one.max(1.0),
            (None, None) => 0.0,
            _ => f32::NAN,
        };
        let epochs = || history.epochs.iter().zip(&card_history.epochs);
        let losses =
            largest(epochs().flat_map(|(a, b)| [loss(Some(a.loss), Some(b.loss)), loss(a.val_loss, b.val_loss)]));
        // A sample at the border may fall to either side.
        let n = train.num_samples() as f32;
        let m = val.map_or(1.0, |val| val.num_samples() as f32);
        let hits = largest(epochs().map(|(a, b)| n * (a.train_accuracy - b.train_accuracy)));
        let val_hits =
            largest(epochs().map(|(a, b)| m * (a.val_accuracy.unwrap_or(0.0) - b.val_accuracy.unwrap_or(0.0))));
        let size = largest(model.weight.iter().copied());
        let weights = largest(model.weight.iter().zip(&card_model.weight).map(|(a, b)| (a - b) / size));
        let bias = (model.bias.unwrap_or(0.0) - card_model.bias.unwrap_or(0.0)) / size;
        let lengths = history.epochs.len() == card_history.epochs.len()
            && history.method == card_history.method
            && (history.best_epoch, history.stopped_early) == (card_history.best_epoch, card_history.stopped_early);
        let good = lengths
            && losses <= LOSS
            && hits < 1.5
            && val_hits < 1.5
            && weights <= WEIGHT
            && bias.abs() <= WEIGHT
            && model.bias.is_some() == card_model.bias.is_some()
            && again == card_model;
        self.say(good, &format!(
            "{name}: loss {:.4} → {:.4}; card − processor: loss {losses:.0e}, weight {weights:.0e}, bias {bias:.0e}, right \
             answers {hits:.0}, {val_hits:.0}; twice the same: {}",
            history.epochs.first().map_or(f32::NAN, |epoch| epoch.loss),
            history.epochs.last().map_or(f32::NAN, |epoch| epoch.loss),
            again == card_model
        ));
        Ok(())
    }

    fn all(&mut self, arguments: &Arguments) -> Result<()> {
        match (arguments.wgpu, arguments.small) {
            (true, true) => self.extremes()?,
            (true, false) => self.epoch_times()?,
            (false, _) => {}
        }
        self.results(arguments.small)?;
        #[cfg(feature = "cuda")]
        if !arguments.wgpu && !arguments.small {
            self.times(arguments.pytorch)?;
        }
        Ok(())
    }

    fn results(&mut self, small: bool) -> Result<()> {
        // Sizes that fill no block.
        let (n, m, d) = if small { (67, 6, 3600) } else { (243, 153, PICTURE + 7) };
        let epochs = if small { 12 } else { 33 };
        let rate = if small { 3e-3 } else { 5e-5 };
        let config =
            TrainConfig { epochs, learning_rate: rate, method: Some(Method::FeatureSpace), ..Default::default() };
        let zeros = LogisticRegression::new(d);
        let random = LogisticRegression::normal(d, 0.01, 1)?;
        for normalized in [false, true] {
            let (train, val) = (pixels(n, d, 1, normalized), pixels(m, d, 2, normalized));
            let (both, alone) = ((&train, Some(&val)), (&train, None));
            let name = |what: &str| format!("{}, {what}", kind(normalized));
            self.compare(&name("with bias"), both, &zeros, &config)?;
            self.compare(&name("without bias or val"), alone, &zeros.clone().without_bias(), &config)?;
            let other = TrainConfig { pos_weight: 3.0, weight_decay: 0.5, log_every: 0, ..config.clone() };
            self.compare(&name("a random start, weight decay, pos_weight"), both, &random, &other)?;
            let sample_space = TrainConfig { method: Some(Method::SampleSpace), ..config.clone() };
            self.compare(&name("in sample space"), both, &zeros, &sample_space)?;
            let schedule = Schedule::StepLr { step_size: 3, gamma: 0.5 };
            let scheduled = TrainConfig { schedule, warm_up: 2, ..config.clone() };
            self.compare(&name("with a schedule"), both, &zeros, &scheduled)?;
            // Each epoch wins less than a hundredth sooner or later.
            let early_stopping = Some(EarlyStopping { patience: 2, min_delta: 0.01 });
            self.compare(&name("stopped early"), both, &zeros, &TrainConfig { early_stopping, ..config.clone() })?;
            self.refused(&train, &config);
            self.gram(&train, normalized)?;
            self.diverging(&train, &config);
            self.interrupted(&train, &val, &config)?;
        }
        Ok(())
    }

    /// More columns than a grid is wide, of which lavapipe binds a row at once (128 MiB), so that X is in pieces; and so many
    /// rows that it matters how they are summed. The processor's sums over rows lose bits there, therefore a loop in `f64`
    /// says what is right.
    fn extremes(&mut self) -> Result<()> {
        for (n, m, d, learning_rate) in [(3, 1, 17_000_000, 5e-7), (300_000, 7, 3, 0.5)] {
            let (train, val) = (pixels(n, d, 5, true), pixels(m, d, 6, true));
            let config = TrainConfig { epochs: 3, learning_rate, device: self.card.clone(), ..Default::default() };
            let mut model = LogisticRegression::new(d);
            fit(&mut model, &train, Some(&val), &config)?;
            let (weight, bias) = exact(&train, &config);
            let size = largest(weight.iter().map(|&w| w as f32));
            let off = largest(model.weight.iter().zip(&weight).map(|(&w, exact)| (f64::from(w) - exact) as f32 / size));
            let bias = (f64::from(model.bias.unwrap_or(f32::NAN)) - bias) as f32 / size;
            self.say(
                off <= WEIGHT && bias.abs() <= WEIGHT,
                &format!("{n} × {d} floats, card − a loop in f64: weight {off:.0e}, bias {bias:.0e}"),
            );
        }
        Ok(())
    }

    fn gram(&mut self, train: &Batch, normalized: bool) -> Result<()> {
        let (cpu_time, expected) = timed(|| Device::Cpu.gram(&train.x))?;
        let (time, found) = timed(|| self.card.gram(&train.x))?;
        let size = expected.iter().fold(0.0_f64, |most, k| most.max(k.abs()));
        let off = found
            .iter()
            .zip(&expected)
            .fold(0.0_f64, |most, (a, b)| if (a - b).abs() <= most { most } else { (a - b).abs() })
            / size;
        let most = if normalized { 1e-6 } else { 0.0 };
        let n = train.num_samples();
        self.say(
            off <= most,
            &format!(
                "{}, Gram matrix {n} × {n}: off by {off:.0e}; card {:.1} ms with the copy, processor {:.1} ms",
                kind(normalized),
                1e3 * time.as_secs_f64(),
                1e3 * cpu_time.as_secs_f64()
            ),
        );
        Ok(())
    }

    /// What a card does not do is an error, not another result.
    fn refused(&mut self, train: &Batch, config: &TrainConfig) {
        let plain = TrainConfig { device: self.card.clone(), method: None, ..config.clone() };
        let settings = [
            TrainConfig { momentum: 0.9, ..plain.clone() },
            TrainConfig { l1: 0.01, ..plain.clone() },
            TrainConfig { batch_size: Some(16), ..plain },
        ];
        let refused = settings.iter().all(|config| {
            let problem = fit(&mut LogisticRegression::new(train.num_features()), train, None, config);
            problem.is_err_and(|error| error.to_string().starts_with("a card takes plain steps"))
        });
        self.say(refused, "momentum, L1 and mini-batches are refused");
    }

    /// A rate far too high: the same error, and the model as the last whole epoch left it.
    fn diverging(&mut self, train: &Batch, config: &TrainConfig) {
        let run = |device: &Device| {
            let mut model = LogisticRegression::new(train.num_features());
            let config = TrainConfig { learning_rate: 1e38, device: device.clone(), ..config.clone() };
            let problem =
                fit(&mut model, train, None, &config).map_or_else(|error| error.to_string(), |_| String::new());
            (model, problem)
        };
        let ((model, expected), (card_model, problem)) = (run(&Device::Cpu), run(&self.card));
        let size = largest(model.weight.iter().copied());
        let off = largest(model.weight.iter().zip(&card_model.weight).map(|(a, b)| (a - b) / size));
        self.say(problem == expected && off <= WEIGHT, &format!("diverging: {problem}; weight off by {off:.0e}"));
    }

    /// A run that stops at a checkpoint and continues ends with the same bits.
    fn interrupted(&mut self, train: &Batch, val: &Batch, config: &TrainConfig) -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder for a checkpoint");
        let checkpoint = Some(Checkpoint { path: folder.path().join("run"), every: 4 });
        let whole = TrainConfig { device: self.card.clone(), ..config.clone() };
        let run = |model: &mut LogisticRegression, config: &TrainConfig| -> Result<History> {
            Ok(fit(model, train, Some(val), config)?)
        };
        let mut expected = LogisticRegression::new(train.num_features());
        let history = run(&mut expected, &whole)?;
        let mut model = LogisticRegression::new(train.num_features());
        run(&mut model, &TrainConfig { epochs: config.epochs - 3, checkpoint: checkpoint.clone(), ..whole.clone() })?;
        let continued = run(&mut model, &TrainConfig { checkpoint, ..whole })?;
        self.say(model == expected && history == continued, "interrupted at a checkpoint and continued: the same bits");
        Ok(())
    }

    /// Prints how long an epoch takes, without the start.
    fn epoch_times(&self) -> Result<()> {
        println!("\nmilliseconds of an epoch, 244 + 153 pictures: {}, {}", Device::Cpu, self.card);
        for normalized in [true, false] {
            let (train, val) = (pixels(244, PICTURE, 3, normalized), pixels(153, PICTURE, 4, normalized));
            let milliseconds = |device: &Device| -> Result<f64> {
                let run = |epochs| milliseconds(&train, &val, epochs, Some(Method::FeatureSpace), device);
                let (few, many) = (run(1)?, run(11)?);
                Ok((many - few) / 10.0)
            };
            let (cpu, card) = (milliseconds(&Device::Cpu)?, milliseconds(&self.card)?);
            println!("{:6} {cpu:>10.2} {card:>10.2}", kind(normalized));
        }
        Ok(())
    }

    #[cfg(feature = "cuda")]
    fn times(&mut self, pytorch: Option<f64>) -> Result<()> {
        let copy = copy_bandwidth().map_err(|error| lrlib::Error::Device(format!("no bandwidth measured: {error}")))?;
        println!("\na copy on the card moves {copy:.0} GB/s, read and written");
        println!("100 epochs, milliseconds: fit from the samples on, and 100 epochs more; GB/s of X read by those");
        println!(
            "{:>15}  {:6} {:>20} {:>20} {:>11} {:>11} {:>8}",
            "n + m", "", "processor, its choice", "processor, 100 more", "card, fit", "100 more", "GB/s"
        );
        for (n, m) in [(244, 153), (2_000, 400), (16_000, 2_000)] {
            for normalized in [true, false] {
                let (train, val) = (pixels(n, PICTURE, 3, normalized), pixels(m, PICTURE, 4, normalized));
                let more = self.row(&train, &val, normalized)?;
                let bytes = (2 * n + m) * PICTURE * if normalized { 4 } else { 1 };
                let part = 100.0 * bytes as f64 / more / 1e6 / copy;
                if normalized {
                    self.say(
                        part >= BANDWIDTH,
                        &format!("{:.0} % of a copy's bandwidth, {:.0} % wanted", 100.0 * part, 100.0 * BANDWIDTH),
                    );
                }
                if let Some(pytorch) = pytorch.filter(|_| n == 244) {
                    let wanted = TIMES[usize::from(!normalized)];
                    self.say(
                        pytorch / more >= wanted,
                        &format!(
                            "{}: {:.1} × PyTorch's loop ({pytorch:.1} ms), {wanted} × wanted",
                            kind(normalized),
                            pytorch / more
                        ),
                    );
                }
            }
        }
        Ok(())
    }

    /// Prints the times on these samples; returns those of 100 epochs more on the card, in milliseconds.
    #[cfg(feature = "cuda")]
    fn row(&mut self, train: &Batch, val: &Batch, normalized: bool) -> Result<f64> {
        let milliseconds = |epochs, method, device: &Device| milliseconds(train, val, epochs, method, device);
        let per_hundred = |device: &Device, few: usize, many: usize, repeats: usize| -> Result<f64> {
            let method = Some(Method::FeatureSpace);
            let mut times = (0..repeats)
                .map(|_| {
                    Ok((milliseconds(many, method, device)? - milliseconds(few, method, device)?) * 100.0
                        / (many - few) as f64)
                })
                .collect::<Result<Vec<f64>>>()?;
            times.sort_by(f64::total_cmp);
            Ok(times[times.len() / 2])
        };
        let (n, m) = (train.num_samples(), val.num_samples());
        let large = n > 1000;
        let chosen = if large { None } else { Some(milliseconds(100, None, &Device::Cpu)?) };
        let cpu = per_hundred(&Device::Cpu, 1, if large { 11 } else { 101 }, 1)?;
        milliseconds(1, None, &self.card)?;
        let fit = milliseconds(100, None, &self.card)?;
        // So many more that the copy's time, which varies, does not count.
        let (many, repeats) = if large { (1100, 1) } else { (5100, 5) };
        let more = per_hundred(&self.card, 100, many, repeats)?;
        let read = (2 * n + m) as f64 * PICTURE as f64 * if normalized { 4.0 } else { 1.0 };
        let chosen = chosen.map_or(String::new(), |time| format!("{time:.1}"));
        println!(
            "{:>15}  {:6} {chosen:>20} {cpu:>20.1} {fit:>11.1} {more:>11.2} {:>8.0}",
            format!("{n} + {m}"),
            kind(normalized),
            100.0 * read / more / 1e6
        );
        Ok(more)
    }
}

/// Returns weight and bias of a model that starts from zeros.
fn exact(train: &Batch, config: &TrainConfig) -> (Vec<f64>, f64) {
    let (mut weight, mut bias) = (vec![0.0; train.num_features()], 0.0);
    for _ in 0..config.epochs {
        let rows = || train.x.outer_iter().zip(&train.y);
        let error = |(row, &y): (ArrayView1<'_, f32>, &f32)| {
            let z = row.iter().zip(&weight).map(|(&x, w)| f64::from(x) * w).sum::<f64>() + bias;
            f64::from(config.learning_rate) * (1.0 / (1.0 + (-z).exp()) - f64::from(y)) / train.num_samples() as f64
        };
        let errors: Vec<f64> = rows().map(error).collect();
        for ((row, _), e) in rows().zip(&errors) {
            weight.iter_mut().zip(row).for_each(|(w, &x)| *w -= e * f64::from(x));
        }
        bias -= errors.iter().sum::<f64>();
    }
    (weight, bias)
}

/// Returns how long `fit` takes, in milliseconds.
fn milliseconds(train: &Batch, val: &Batch, epochs: usize, method: Option<Method>, device: &Device) -> Result<f64> {
    let mut model = LogisticRegression::new(PICTURE);
    let config = TrainConfig { epochs, method, device: device.clone(), ..Default::default() };
    timed(|| Ok(fit(&mut model, train, Some(val), &config)?)).map(|(time, _)| 1e3 * time.as_secs_f64())
}

/// Returns how many gigabytes per second a copy within the card's memory reads and writes.
#[cfg(feature = "cuda")]
fn copy_bandwidth() -> std::result::Result<f64, DriverError> {
    const BYTES: usize = 2 << 30;
    let stream = CudaContext::new(0)?.default_stream();
    let from = stream.alloc_zeros::<u8>(BYTES)?;
    let mut to = stream.alloc_zeros::<u8>(BYTES)?;
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        stream.synchronize()?;
        let start = Instant::now();
        for _ in 0..5 {
            stream.memcpy_dtod(&from, &mut to)?;
        }
        stream.synchronize()?;
        best = best.min(start.elapsed().as_secs_f64() / 5.0);
    }
    Ok(2.0 * BYTES as f64 / best / 1e9)
}
