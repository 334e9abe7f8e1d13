//! Momentum, schedules, weight decay and early stopping give PyTorch's curves, and L1 scikit-learn's minimum: `optim.py`
//! beside this file wrote them, from numbers that both sides compute, and from thumbnails of the photographs.

use std::{collections::HashMap, env, ops::Range, path::PathBuf, sync::LazyLock};

use lrlib::{
    datasets::{Batch, ImageFolder},
    image::RgbImage,
    nn::{LogisticRegression, binary_cross_entropy_with_logits},
    optim::{Schedule, Sgd},
    train::{EarlyStopping, Method, TrainConfig, fit},
    transforms::Transform,
};
use ndarray::{Array2, array};

/// One run of `optim.py`: its settings and numbers, by name.
struct Case(HashMap<&'static str, &'static str>);

impl Case {
    fn numbers(&self, name: &str) -> Vec<f32> {
        self.0[name].split(',').map(|number| number.parse().expect("a number")).collect()
    }

    fn number(&self, name: &str) -> f32 {
        self.numbers(name)[0]
    }

    fn config(&self) -> TrainConfig {
        TrainConfig {
            epochs: 60,
            learning_rate: 0.1,
            schedule: match self.0["schedule"] {
                "step" => Schedule::StepLr { step_size: 7, gamma: 0.6 },
                "cosine" => Schedule::CosineAnnealingLr { t_max: 40, eta_min: 0.001 },
                _ => Schedule::Constant,
            },
            warm_up: self.number("warm_up") as usize,
            momentum: self.number("momentum"),
            nesterov: self.number("nesterov") > 0.0,
            weight_decay: self.number("weight_decay"),
            ..Default::default()
        }
    }
}

/// Train and val of the photographs, where they are there.
static THUMBNAILS: LazyLock<Option<(Batch, Batch)>> = LazyLock::new(|| {
    let data = env::var_os("LRLIB_DATA").map(PathBuf::from).filter(|data| data.join("train").is_dir())?;
    Some((load(data.join("train")), load(data.join("val"))))
});

/// The cases that have this number, each with train and val. Without the photographs, theirs are left out.
fn cases(name: &str) -> Vec<(Case, Batch, Batch)> {
    let named = |part: &'static str| part.split_once('=').expect("a name");
    let all = include_str!("optim.txt").lines().map(|line| Case(line.split(' ').map(named).collect()));
    if THUMBNAILS.is_none() {
        println!("without photographs: set LRLIB_DATA to their folder");
    }
    let with_data = |case: Case| match case.0["data"] {
        "pattern" => Some((case, pattern(0..24), pattern(24..40))),
        _ => THUMBNAILS.clone().map(|(train, val)| (case, train, val)),
    };
    all.filter(|case| case.0.contains_key(name)).filter_map(with_data).collect()
}

fn pattern(rows: Range<usize>) -> Batch {
    let start = rows.start;
    let level = |(i, j): (usize, usize)| ((i + start) * (i + start) * 31 + j * 17 + (i + start) * j * 7) % 256;
    let x = Array2::from_shape_fn((rows.len(), 40), |at| level(at) as f32 / 255.0 - 0.5);
    Batch::new(x, rows.map(|i| f32::from(u8::from(i % 3 == 0))).collect())
}

fn load(folder: PathBuf) -> Batch {
    let mut batch = ImageFolder::new(folder).expect("two classes").load(&Thumbnail).expect("pictures");
    batch.x -= 0.5;
    batch
}

/// The mean of each of 8 × 8 blocks, to whole levels.
struct Thumbnail;

impl Transform for Thumbnail {
    fn apply(&self, image: RgbImage) -> RgbImage {
        let (w, h) = image.dimensions();
        RgbImage::from_fn(8, 8, |j, i| {
            let (mut sums, mut count) = ([0; 3], 0);
            for (y, x) in (h * i / 8..h * (i + 1) / 8).flat_map(|y| (w * j / 8..w * (j + 1) / 8).map(move |x| (y, x))) {
                let levels = image.get_pixel(x, y).0;
                sums.iter_mut().zip(levels).for_each(|(sum, level)| *sum += u32::from(level));
                count += 1;
            }
            sums.map(|sum| ((2 * sum + count) / (2 * count)) as u8).into()
        })
    }
}

/// Every way to make the same steps; a mini-batch of all samples is the whole batch in another order.
fn ways(train: &Batch) -> [(Method, Option<usize>); 3] {
    let n = train.num_samples();
    [(Method::FeatureSpace, None), (Method::FeatureSpace, Some(n)), (Method::SampleSpace, None)]
}

#[test]
fn schedules_are_pytorchs() {
    for (case, ..) in cases("rates") {
        let TrainConfig { schedule, warm_up, .. } = case.config();
        for (epoch, expected) in case.numbers("rates").into_iter().enumerate() {
            let rate = schedule.learning_rate(0.1, warm_up, epoch);
            assert!(
                (rate - expected).abs() < 1e-8,
                "{schedule:?} after {warm_up}, epoch {epoch}: {rate}, not {expected}"
            );
        }
    }
}

#[test]
fn curves_are_pytorchs_in_every_method() {
    for (case, train, val) in cases("losses") {
        for (method, batch_size) in ways(&train) {
            let config = TrainConfig { method: Some(method), batch_size, ..case.config() };
            let mut model = LogisticRegression::new(train.num_features());
            let history = fit(&mut model, &train, Some(&val), &config).expect("it trains");
            assert!(history.method == method && history.best_epoch.is_none() && !history.stopped_early);
            let (losses, val_losses) = (case.numbers("losses"), case.numbers("val_losses"));
            assert_eq!(history.epochs.len(), losses.len());
            for (epoch, (loss, val_loss)) in history.epochs.iter().zip(losses.into_iter().zip(val_losses)) {
                let off = (epoch.loss - loss).abs().max((epoch.val_loss.expect("there is val") - val_loss).abs());
                assert!(off <= 1e-5, "{config:?}\n{epoch} is off by {off}");
            }
        }
    }
}

#[test]
fn early_stopping_stops_and_restores_alike_in_every_method() {
    for (case, train, val) in cases("stop") {
        let start = LogisticRegression::new(train.num_features());
        let best = case.number("stop") as usize;
        for (method, batch_size) in ways(&train) {
            let early_stopping = Some(EarlyStopping { patience: 4, min_delta: 0.001 });
            let config = TrainConfig { method: Some(method), batch_size, early_stopping, ..case.config() };
            let mut model = start.clone();
            let history = fit(&mut model, &train, Some(&val), &config).expect("it trains");
            let outcome = [best, history.epochs.len() - 1, usize::from(history.stopped_early)].map(|n| n as f32);
            assert_eq!((history.best_epoch, outcome.to_vec()), (Some(best), case.numbers("stop")), "{config:?}");
            let val_loss = binary_cross_entropy_with_logits(&model.logits(&val.x), &val.y);
            assert!((val_loss - case.numbers("val_losses")[best]).abs() <= 1e-5, "{config:?}: {val_loss}");
            // The same run, told beforehand where to stop.
            let config = TrainConfig { epochs: best + 1, early_stopping: None, method: None, ..config };
            let mut expected = start.clone();
            fit(&mut expected, &train, None, &config).expect("it trains");
            let furthest = (&model.weight - &expected.weight).fold(0.0_f32, |most, off| most.max(off.abs()));
            assert!(furthest < 1e-5, "{config:?}: a weight is off by {furthest}");
        }
    }
}

#[test]
fn a_run_that_never_gets_worse_ends_with_its_last_epoch() {
    let (train, early_stopping) = (pattern(0..24), Some(EarlyStopping::default()));
    for method in [Method::FeatureSpace, Method::SampleSpace] {
        let config = TrainConfig { method: Some(method), early_stopping, learning_rate: 0.01, ..Default::default() };
        let (mut model, mut other) = (LogisticRegression::new(40), LogisticRegression::new(40));
        let history = fit(&mut model, &train, Some(&train), &config).expect("it trains");
        assert!(history.best_epoch == Some(99) && history.epochs.len() == 100 && !history.stopped_early);
        fit(&mut other, &train, Some(&train), &TrainConfig { early_stopping: None, ..config }).expect("it trains");
        let furthest = (&model.weight - &other.weight).fold(0.0_f32, |most, off| most.max(off.abs()));
        assert!(furthest < 1e-6, "{method:?}: {furthest}");
    }
}

/// Had it gone on, the run in feature space would have diverged; in sample space it goes on, and must not say so.
#[test]
fn what_comes_after_an_early_stop_does_not_count() {
    let (mut train, mut val) = (pattern(0..24), pattern(24..40));
    train.x *= 1e16;
    val.x *= -1e16;
    // It stops at epoch 4. Sample space judges after 1, 2, 4 and 8 epochs, and the loss is no number from the sixth on.
    let early_stopping = Some(EarlyStopping { patience: 4, min_delta: 0.0 });
    for (method, batch_size) in ways(&train) {
        let grow = Schedule::StepLr { step_size: 1, gamma: 1e8 };
        let config = TrainConfig {
            method: Some(method),
            batch_size,
            schedule: grow,
            learning_rate: 1e-30,
            ..Default::default()
        };
        let start = LogisticRegression::new(40);
        let stopped = fit(&mut start.clone(), &train, Some(&val), &config).expect_err("it diverges");
        assert!(stopped.to_string().contains("lower the learning rate"), "{stopped}");
        assert!((5..8).contains(&stopped.history.epochs.len()), "{method:?}: {:?}", stopped.history);
        let config = TrainConfig { early_stopping, ..config };
        let history = fit(&mut start.clone(), &train, Some(&val), &config).expect("it stops before");
        assert!(history.stopped_early, "{method:?}: {history:?}");
    }
}

#[test]
fn a_validation_loss_that_is_no_number_has_no_best_epoch() {
    let (train, mut val) = (pattern(0..24), pattern(24..40));
    val.x[[3, 5]] = f32::NAN;
    for (method, batch_size) in ways(&train) {
        let early_stopping = Some(EarlyStopping { patience: 3, min_delta: 0.0 });
        let config = TrainConfig { method: Some(method), batch_size, early_stopping, ..Default::default() };
        let stopped = fit(&mut LogisticRegression::new(40), &train, Some(&val), &config).expect_err("NaN");
        assert!(stopped.to_string().contains("early stopping needs a validation loss"), "{stopped}");
    }
}

#[test]
fn l1_reaches_scikit_learns_minimum_with_the_same_zeros() {
    for (case, train, _) in cases("objective") {
        let l1 = case.number("l1");
        // 1 over the curvature, or less: ‖X‖²/4n with the bias's column.
        let n = train.num_samples() as f32;
        let learning_rate = 4.0 / (train.x.iter().map(|x| x * x).sum::<f32>() / n + 1.0);
        let config = TrainConfig { epochs: 10_000, learning_rate, l1, ..Default::default() };
        let mut model = LogisticRegression::new(train.num_features());
        let history = fit(&mut model, &train, None, &config).expect("it trains");
        assert_eq!(history.method, Method::FeatureSpace, "L1 leaves the span of the samples");
        let norm: f32 = model.weight.iter().map(|w| w.abs()).sum();
        let objective = binary_cross_entropy_with_logits(&model.logits(&train.x), &train.y) + l1 * norm;
        assert!((objective - case.number("objective")).abs() <= 1e-5, "l1 {l1}: {objective}");
        let zeros = model.weight.iter().filter(|w| w.to_bits() == 0).count();
        assert_eq!(zeros, case.number("zeros") as usize, "exact zeros, not small numbers: {}", model.weight);
    }
}

/// Twice the strength, no more weights; a strength above the largest slope at 0 leaves none.
#[test]
fn more_l1_leaves_fewer_weights() {
    let train = pattern(0..24);
    let left = |l1| {
        let mut model = LogisticRegression::new(40);
        let config = TrainConfig { epochs: 3000, learning_rate: 0.3, l1, batch_size: Some(24), ..Default::default() };
        fit(&mut model, &train, None, &config).expect("it trains");
        (model.weight.iter().filter(|w| w.abs() > 0.0).count(), model.bias.expect("a bias"))
    };
    let counts = [0.0, 0.01, 0.02, 0.04, 0.08, 0.5].map(|l1| left(l1).0);
    assert!(counts.windows(2).all(|pair| pair[0] >= pair[1]) && counts[0] == 40, "{counts:?}");
    // Only the bias is left, at the logarithm of the odds: 8 of 24 are of class 1.
    let (count, bias) = left(0.5);
    assert!(count == 0 && (bias + 2.0_f32.ln()).abs() < 1e-4, "{count} weights, bias {bias}");
}

#[test]
fn mini_batches_share_one_velocity() {
    let train = pattern(0..24);
    let config = TrainConfig {
        epochs: 1,
        learning_rate: 0.1,
        momentum: 0.9,
        nesterov: true,
        weight_decay: 0.1,
        batch_size: Some(7),
        ..Default::default()
    };
    let (mut model, mut by_hand) = (LogisticRegression::new(40), LogisticRegression::new(40));
    fit(&mut model, &train, None, &config).expect("it trains");
    let mut sgd = Sgd { momentum: 0.9, nesterov: true, weight_decay: 0.1, ..Sgd::new(0.1) };
    for Batch { x, y, .. } in train.shuffle(config.seed).mini_batches(7) {
        let grads = by_hand.backward(&x, &by_hand.forward(&x), &y);
        sgd.step(&mut by_hand, &grads);
    }
    let furthest = (&model.weight - &by_hand.weight).fold(0.0_f32, |most, off| most.max(off.abs()));
    assert!(furthest < 1e-6, "a weight is off by {furthest}");
}

#[test]
#[should_panic(expected = "the model has 2 features, the velocity 1")]
fn an_optimizer_of_another_model_is_the_callers_bug() {
    let mut sgd = Sgd { momentum: 0.9, ..Sgd::new(0.1) };
    for d in [1, 2] {
        let mut model = LogisticRegression::new(d);
        let grads = model.backward(&Array2::<f32>::zeros((1, d)), &array![0.5], &array![1.0]);
        sgd.step(&mut model, &grads);
    }
}
