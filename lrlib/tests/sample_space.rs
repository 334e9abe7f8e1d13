//! Training in sample space gives what the loop over the pixels gives.

use lrlib::{
    datasets::Batch,
    metrics::accuracy,
    nn::LogisticRegression,
    optim::Sgd,
    train::{Method, TrainConfig, fit},
};
use ndarray::Array2;
use ndarray_rand::{
    RandomExt,
    rand::{Rng, SeedableRng, rngs::StdRng},
    rand_distr::Uniform,
};

fn random(n: usize, d: usize, generator: &mut StdRng) -> Batch {
    let x = Array2::random_using((n, d), Uniform::new(-1.0, 1.0).expect("a range"), generator);
    Batch::new(x, (0..n).map(|_| f32::from(u8::from(generator.random_bool(0.5)))).collect())
}

#[test]
fn both_paths_make_the_same_steps() {
    for seed in 0..20 {
        let generator = &mut StdRng::seed_from_u64(seed);
        let (n, d) = (generator.random_range(1..90), generator.random_range(2000..9000));
        let (mut train, mut val) = (random(n, d, generator), random(11, d, generator));
        if seed % 4 < 2 {
            // Levels, as of pixels: their products are summed as whole numbers.
            for part in [&mut train, &mut val] {
                part.x.mapv_inplace(|x| (255.0 * x.abs()).floor() / 255.0);
            }
        }
        let model = LogisticRegression::normal(d, 0.01, seed).expect("a deviation");
        let mut model = if seed % 3 == 0 { model.without_bias() } else { model };
        let mut written_out = model.clone();
        let weight_decay = [0.0, 0.3][seed as usize % 2];
        // A large rate takes α to and fro, in more directions.
        let learning_rate = [1e-3, 0.02][seed as usize / 2 % 2];
        let (momentum, nesterov) = [(0.0, false), (0.7, false), (0.7, true)][seed as usize % 3];
        let config = TrainConfig { epochs: 60, learning_rate, weight_decay, momentum, nesterov, ..Default::default() };
        let mut sgd = Sgd { momentum, nesterov, weight_decay, ..Sgd::new(learning_rate) };

        let history = fit(&mut model, &train, Some(&val), &config).expect("it trains");
        assert_eq!(history.method, Method::SampleSpace, "{n} samples of {d} features");
        for epoch in &history.epochs {
            let y_hat = written_out.forward(&train.x);
            let loss = lrlib::nn::binary_cross_entropy(&y_hat, &train.y);
            assert!((loss - epoch.loss).abs() < 1e-5, "seed {seed}: loss {loss} at {epoch}");
            let grads = written_out.backward(&train.x, &y_hat, &train.y);
            sgd.step(&mut written_out, &grads);
            // A sample at the border may fall to either side.
            let val_accuracy = accuracy(&val.y, &written_out.forward(&val.x));
            let off = epoch.val_accuracy.expect("there is val") - val_accuracy;
            assert!(off.abs() < 1.0 / 11.0 + 1e-6, "seed {seed}: val {val_accuracy} at {epoch}");
        }
        let furthest = (&model.weight - &written_out.weight).fold(0.0_f32, |most, off| most.max(off.abs()));
        assert!(furthest < 1e-5, "seed {seed}: a weight is off by {furthest}");
        let bias = |model: &LogisticRegression| model.bias.unwrap_or(0.0);
        assert!((bias(&model) - bias(&written_out)).abs() < 1e-5);
    }
}

/// With validation samples the weight is put together from directions, chosen at every line printed; without them from
/// the samples.
#[test]
fn looking_at_val_changes_nothing_but_rounding() {
    let generator = &mut StdRng::seed_from_u64(5);
    let (mut train, val) = (random(60, 4000, generator), random(20, 4000, generator));
    for brightness in [0.0, 3.0] {
        train.x += brightness;
        for (epochs, learning_rate) in [(1, 1e-3), (300, 1e-4), (300, 0.05)] {
            let config = TrainConfig { epochs, learning_rate, method: Some(Method::SampleSpace), ..Default::default() };
            let weight = |val, log_every| {
                let mut model = LogisticRegression::new(4000);
                fit(&mut model, &train, val, &TrainConfig { log_every, ..config.clone() }).expect("it trains");
                model.weight
            };
            let expected = weight(None, 0);
            let largest = expected.fold(0.0_f32, |most, w| most.max(w.abs()));
            for other in [weight(Some(&val), 0), weight(Some(&val), 100)] {
                let furthest = (other - &expected).fold(0.0_f32, |most, off| most.max(off.abs()));
                assert!(furthest < 1e-5 * largest, "{epochs} epochs, rate {learning_rate}: {furthest} of {largest}");
            }
        }
    }
}

#[test]
fn a_rate_far_too_high_leaves_the_last_whole_epoch() {
    let generator = &mut StdRng::seed_from_u64(6);
    let (train, val) = (random(20, 2000, generator), random(10, 2000, generator));
    for val in [None, Some(&val)] {
        let config = TrainConfig { learning_rate: 1e38, method: Some(Method::SampleSpace), ..Default::default() };
        let (mut model, mut other) = (LogisticRegression::new(2000), LogisticRegression::new(2000));
        let error = fit(&mut model, &train, val, &config).expect_err("too far").to_string();
        assert!(error.contains("at epoch 1: lower the learning rate"), "{error}");
        fit(&mut other, &train, val, &TrainConfig { epochs: 1, ..config }).expect("one step");
        assert!(model == other && model.weight.iter().all(|&w| w != 0.0));
    }
}

#[test]
fn the_loss_never_rises_below_two_over_the_curvature() {
    // The loss is L-smooth with L = λmax(X·Xᵀ)/4n ≤ ‖X‖²/4n, the squared norm of all numbers (Frobenius).
    for seed in 0..10 {
        let train = random(30, 3000, &mut StdRng::seed_from_u64(seed));
        let smoothness = train.x.iter().map(|x| x * x).sum::<f32>() / (4.0 * 30.0);
        let config = TrainConfig { epochs: 200, learning_rate: 1.9 / smoothness, ..Default::default() };
        let mut model = LogisticRegression::new(3000).without_bias();
        let history = fit(&mut model, &train, None, &config).expect("it trains");
        assert!(history.epochs.windows(2).all(|pair| pair[1].loss <= pair[0].loss + 1e-6));
    }
}

#[test]
fn the_order_of_samples_changes_nothing_but_rounding() {
    let train = random(40, 5000, &mut StdRng::seed_from_u64(7));
    let config = TrainConfig { epochs: 50, learning_rate: 1e-3, ..Default::default() };
    let (mut model, mut other) = (LogisticRegression::new(5000), LogisticRegression::new(5000));
    fit(&mut model, &train, None, &config).expect("it trains");
    fit(&mut other, &train.shuffle(3), None, &config).expect("it trains");
    assert!(model.weight.iter().zip(&other.weight).all(|(a, b)| (a - b).abs() < 1e-6));
}

#[test]
fn many_samples_of_few_features_go_over_the_pixels() {
    let train = random(200, 50, &mut StdRng::seed_from_u64(1));
    let history = fit(&mut LogisticRegression::new(50), &train, None, &TrainConfig::default()).expect("it trains");
    assert_eq!(history.method, Method::FeatureSpace);
}

#[test]
fn a_feature_that_is_no_number_leaves_the_model_as_it_was() {
    let mut train = random(20, 2000, &mut StdRng::seed_from_u64(1));
    train.x[[3, 5]] = f32::NAN;
    for method in [Method::SampleSpace, Method::FeatureSpace] {
        let config = TrainConfig { method: Some(method), ..Default::default() };
        let mut model = LogisticRegression::new(2000);
        let error = fit(&mut model, &train, None, &config).expect_err("no number").to_string();
        assert!(error.contains("finite numbers") && model == LogisticRegression::new(2000), "{error}");
    }
}
