//! Newton's method returns the minimum of the loss with a penalty, or an error.

use lrlib::{
    datasets::Batch,
    nn::LogisticRegression,
    optim::newton,
    train::{TrainConfig, fit},
};
use ndarray::{Array1, Array2, Axis, array};
use ndarray_rand::{
    RandomExt,
    rand::{Rng, SeedableRng, rngs::StdRng},
    rand_distr::{StandardNormal, Uniform},
};

fn random(n: usize, d: usize, seed: u64) -> Batch {
    let generator = &mut StdRng::seed_from_u64(seed);
    let x = Array2::random_using((n, d), Uniform::new(-1.0, 1.0).expect("a range"), generator);
    Batch::new(x, (0..n).map(|i| f32::from(u8::from(i == 0 || i > 1 && generator.random_bool(0.5)))).collect())
}

fn model(num_features: usize, with_bias: bool) -> LogisticRegression {
    let model = LogisticRegression::new(num_features);
    if with_bias { model } else { model.without_bias() }
}

/// The objective of this model, and its gradient, all in `f64`: the formulas as they are written.
fn objective(model: &LogisticRegression, train: &Batch, weight_decay: f32) -> (f64, Array1<f64>) {
    let (x, w) = (train.x.mapv(f64::from), model.weight.mapv(f64::from));
    let (n, weight_decay) = (train.num_samples() as f64, f64::from(weight_decay));
    let z = x.dot(&w) + f64::from(model.bias.unwrap_or(0.0));
    // ln(1 + e^a) and its derivative, where a is z for class 0 and −z for class 1.
    let signs = train.y.mapv(|y| 1.0 - 2.0 * f64::from(y));
    let margins = &signs * &z;
    let loss = margins.mapv(|a| a.max(0.0) + (-a.abs()).exp().ln_1p()).sum() / n;
    let error = signs * margins.mapv(|a| 1.0 / (1.0 + (-a).exp())) / n;
    let mut gradient = x.t().dot(&error) + weight_decay * &w;
    if model.bias.is_some() {
        gradient.append(Axis(0), array![error.sum()].view()).expect("both have one axis");
    }
    (loss + weight_decay / 2.0 * w.dot(&w), gradient)
}

/// The norm of the gradient relative to that of a model of zeros.
fn relative_gradient(model: &LogisticRegression, train: &Batch, weight_decay: f32) -> f64 {
    let zeros = self::model(model.num_features(), model.bias.is_some());
    let [end, start] = [model, &zeros].map(|model| {
        let (_, gradient) = objective(model, train, weight_decay);
        gradient.dot(&gradient).sqrt()
    });
    end / start
}

/// How much the objective falls in 500 steps of gradient descent from here, in `f64` and with centred features; and the
/// objective. A step is 1/(the largest possible curvature), so it never rises.
fn gain(model: &LogisticRegression, train: &Batch, weight_decay: f32) -> (f64, f64) {
    let (n, weight_decay) = (train.num_samples() as f64, f64::from(weight_decay));
    let one = f64::from(u8::from(model.bias.is_some()));
    let mean = one * train.x.mapv(f64::from).mean_axis(Axis(0)).expect("some samples");
    let x = train.x.mapv(f64::from) - &mean;
    let mut w = model.weight.mapv(f64::from);
    let mut bias = f64::from(model.bias.unwrap_or(0.0)) + mean.dot(&w);
    let signs = train.y.mapv(|y| 1.0 - 2.0 * f64::from(y));
    let curvature = x.iter().map(|x| x * x).sum::<f64>() / n / 4.0 + weight_decay;
    let mut values = Vec::new();
    for _ in 0..500 {
        let margins = &signs * &(x.dot(&w) + bias);
        let loss = margins.mapv(|a| a.max(0.0) + (-a.abs()).exp().ln_1p()).sum() / n;
        values.push(loss + weight_decay / 2.0 * w.dot(&w));
        let error = &signs * &margins.mapv(|a| 1.0 / (1.0 + (-a).exp())) / n;
        bias -= 4.0 * one * error.sum();
        w = &w - &((x.t().dot(&error) + weight_decay * &w) / curvature);
    }
    (values[0] - values[499], values[0])
}

#[test]
fn gradient_descent_arrives_at_the_same_place() {
    let train = random(40, 60, 3);
    let (mut model, mut slow) = (LogisticRegression::new(60), LogisticRegression::new(60));
    newton(&mut model, &train, 0.1).expect("there is a minimum");
    let config = TrainConfig { epochs: 3000, learning_rate: 0.3, weight_decay: 0.1, ..Default::default() };
    fit(&mut slow, &train, None, &config).expect("it trains");
    assert!(model.weight.iter().zip(&slow.weight).all(|(a, b)| (a - b).abs() < 1e-5));
}

/// The years 2000 … 2019, y = (year ≥ 2010) but for two samples.
///
/// ```python
/// i = np.arange(20)
/// x, y = 2000.0 + i[:, None], (i >= 10) ^ np.isin(i, [8, 12])
/// m = LogisticRegression(C=1 / (20 * 1e-3), solver="newton-cholesky", tol=1e-10).fit(x, y)
/// log_loss(y, m.predict_proba(x)) + 1e-3 / 2 * m.coef_[0, 0] ** 2  # 0.2551263636
/// ```
#[test]
fn an_offset_does_not_matter() {
    let x = Array2::from_shape_fn((20, 1), |(i, _)| 2000.0 + i as f32);
    let train = Batch::new(x, (0..20).map(|i| f32::from(u8::from((i >= 10) != (i == 8 || i == 12)))).collect());
    let mut model = LogisticRegression::new(1);
    newton(&mut model, &train, 1e-3).expect("there is a minimum");
    let (value, _) = objective(&model, &train, 1e-3);
    assert!((value - 0.255_126_363_6).abs() < 1e-8, "{value}");
}

/// A common offset, deviations from 1e-2 to 1e3, small penalties, n > d and n < d.
///
/// ```python
/// i, j = np.arange(n)[:, None], np.arange(d)
/// x = np.float32(offset + deviation * np.sin(1 + i * (j + 1))).astype(float)
/// x, y = x - bias * x.mean(0), np.sin(1 + i[:, 0] ** 2) > 0
/// C = 1 / (n * float(np.float32(weight_decay)))
/// m = LogisticRegression(C=C, fit_intercept=bias, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(x, y)
/// z = m.decision_function(x)
/// (np.logaddexp(0, z) - y * z).mean() + 0.5 / (n * C) * (m.coef_**2).sum()
/// ```
#[test]
fn the_objective_is_that_of_scikit_learn() {
    for (n, d, offset, deviation, weight_decay, bias, expected) in [
        (50, 3, 2000.0, 1e-2, 1e-8, true, 0.653_486_850_264_7),
        (50, 3, 0.0, 1e3, 1e-8, false, 0.667_086_714_088_6),
        (30, 80, 1000.0, 1.0, 1e-4, true, 0.002_675_892_075_846),
        (20, 600, 100.0, 10.0, 1e-2, true, 0.000_369_958_150_857_7),
    ] {
        let x = |(i, j): (usize, usize)| offset + deviation * f64::sin((1 + i * (j + 1)) as f64);
        let y = (0..n).map(|i: usize| f32::from(u8::from(f64::sin((1 + i * i) as f64) > 0.0)));
        let train = Batch::new(Array2::from_shape_fn((n, d), |place| x(place) as f32), y.collect());
        let mut model = model(d, bias);
        newton(&mut model, &train, weight_decay).expect("there is a minimum");
        let (value, _) = objective(&model, &train, weight_decay);
        assert!((value / expected - 1.0).abs() < 1e-6, "{n} × {d}: {value}, not {expected}");
    }
}

/// A tiny penalty, and features that are pixel values: n ≤ d over samples and over features, n > d.
#[test]
fn a_tiny_penalty_or_large_features_still_lead_to_the_minimum() {
    for (n, d) in [(60, 700), (40, 90), (90, 40)] {
        let small = random(n, d, n as u64);
        let bytes = Batch::new(small.x.mapv(|x| (127.5 * (x + 1.0)).round()), small.y.clone());
        for (train, weight_decay) in [(&small, 1e-8), (&bytes, 1e-3), (&bytes, 1e-8)] {
            let mut model = LogisticRegression::new(d);
            newton(&mut model, train, weight_decay).expect("there is a minimum");
            let gradient = relative_gradient(&model, train, weight_decay);
            assert!(gradient < 1e-4, "{n} × {d}, weight decay {weight_decay}: {gradient}");
        }
    }
}

/// Problems of all kinds: offsets, deviations from 1e-4 to 1e4, separable or not, with and without bias.
#[test]
fn success_is_the_minimum() {
    let mut solved = 0;
    for seed in 0..60 {
        let generator = &mut StdRng::seed_from_u64(seed);
        let (n, d) = (generator.random_range(2..60), generator.random_range(1..60));
        let offsets = Array1::random_using(d, Uniform::new(-2000.0_f32, 2000.0).expect("a range"), generator);
        let (first, spread) = (generator.random_range(-3.0_f32..3.0), generator.random_range(0.0_f32..1.0));
        let deviations = Array1::from_shape_fn(d, |_| {
            let constant = if generator.random_bool(0.05) { 0.0 } else { 1.0 };
            constant * 10.0_f32.powf(first + spread * generator.random_range(-1.0..1.0))
        });
        let normal = Array2::<f32>::random_using((n, d), StandardNormal, generator);
        let noise = [0.0, 3.0][seed as usize % 2];
        let y = (0..n).map(|i| match i {
            0 | 1 => i as f32,
            _ => f32::from(u8::from(normal.row(i).sum() + noise * generator.random_range(-1.0..1.0) > 0.0)),
        });
        let y = y.collect();
        let train = Batch::new(normal * deviations + offsets * [0.0, 1.0][seed as usize / 2 % 2], y);
        let weight_decay = 10.0_f32.powf(generator.random_range(-8.0..0.0));
        let mut model = model(d, seed % 3 > 0);
        let before = model.clone();
        match newton(&mut model, &train, weight_decay) {
            Ok(_) => {
                let gradient = relative_gradient(&model, &train, weight_decay);
                assert!(gradient < 1.01e-4, "seed {seed}: {gradient}");
                let (gained, value) = gain(&model, &train, weight_decay);
                assert!(gained <= 1e-6 * value, "seed {seed}: {gained} of {value}");
                solved += 1;
            }
            Err(problem) => {
                assert!(problem.to_string().contains("standardise"), "seed {seed}: {problem}");
                assert_eq!(model, before);
            }
        }
    }
    assert!(solved >= 57, "{solved} of 60");
}

#[test]
fn a_start_at_the_minimum_is_one() {
    let train = Batch::new(Array2::from_elem((4, 2), 0.1), array![0.0, 1.0, 1.0, 0.0]);
    let mut model = LogisticRegression::new(2);
    newton(&mut model, &train, 1e-3).expect("zeros are the minimum");
    assert!(model.weight.iter().chain(&model.bias).all(|u| u.abs() < 1e-9), "{model:?}");
}

#[test]
fn without_a_penalty_there_may_be_no_minimum() {
    let (train, mut model) = (random(4, 9, 0), LogisticRegression::new(9));
    let problem = newton(&mut model, &train, 0.0).expect_err("no penalty").to_string();
    assert!(problem.contains("weight decay is 0"), "{problem}");
    assert!(newton(&mut LogisticRegression::new(8), &train, 1.0).is_err());
    let one_class = train.select(&[0, 0]);
    let problem = newton(&mut model, &one_class, 1.0).expect_err("one class").to_string();
    assert!(problem.contains("both classes"), "{problem}");
    let mut no_number = train.clone();
    no_number.x[[1, 1]] = f32::NAN;
    let problem = newton(&mut model, &no_number, 1.0).expect_err("no number").to_string();
    assert!(problem.contains("finite numbers"), "{problem}");
    assert_eq!(model, LogisticRegression::new(9));
}

/// The minimum for a neighbouring penalty saves steps; a start that is no use costs none; the minimum is the same.
#[test]
fn a_warm_start_leads_to_the_same_minimum() {
    for (n, d, bias) in [(80, 9, true), (80, 9, false), (40, 600, true), (40, 600, false)] {
        let (train, cold_start) = (random(n, d, 1), model(d, bias));
        let mut near = cold_start.clone();
        newton(&mut near, &train, 0.012).expect("there is a minimum");
        let mut far = cold_start.clone();
        far.weight.fill(1e9);
        let mut not_a_number = cold_start.clone();
        not_a_number.weight[1] = f32::NAN;
        let solved = [&cold_start, &near, &far, &not_a_number].map(|start| {
            let mut model = start.clone();
            let steps = newton(&mut model, &train, 0.01).expect("there is a minimum");
            assert!(relative_gradient(&model, &train, 0.01) < 1e-4);
            (objective(&model, &train, 0.01).0, steps)
        });
        let (value, cold) = solved[0];
        assert!(solved.iter().all(|(other, _)| (other / value - 1.0).abs() < 1e-7), "{solved:?}");
        assert!(solved[1].1 < cold && solved[2].1 == cold && solved[3].1 == cold, "{solved:?}");
    }
}
