//! The mathematics: closed forms, finite differences, and PyTorch's numbers (`lrlib/tests/reference.py`).

use std::f32::consts::LN_2;

use lrlib::{
    Error,
    datasets::Batch,
    metrics::{ConfusionMatrix, accuracy, majority_baseline, wilson_interval},
    nn::{LogisticRegression, binary_cross_entropy, binary_cross_entropy_with_logits, sigmoid},
    optim::Schedule,
    train::{EarlyStopping, Method, TrainConfig, fit},
};
use ndarray::{Array1, Array2, array};
use ndarray_rand::{
    RandomExt,
    rand::{SeedableRng, rngs::StdRng},
    rand_distr::Uniform,
};

fn random(n: usize, d: usize, seed: u64) -> Batch {
    let uniform = Uniform::new(-1.0, 1.0).expect("a range");
    let x = Array2::random_using((n, d), uniform, &mut StdRng::seed_from_u64(seed));
    Batch::new(x, (0..n).map(|i| f32::from(u8::from(i % 3 == 0))).collect())
}

/// The pattern of `pixels` in `lrlib/tests/reference.py`.
fn pixels(rows: std::ops::Range<usize>) -> Batch {
    let x = Array2::from_shape_fn((rows.len(), 300), |(i, j)| {
        let i = i + rows.start;
        ((i * i * 31 + j * 17 + i * j * 7) % 256) as f32 / 255.0
    });
    Batch::new(x, rows.map(|i| f32::from(u8::from(i % 3 == 0))).collect())
}

#[track_caller]
fn assert_close(ours: f32, theirs: f32, tolerance: f32) {
    assert!((ours - theirs).abs() <= tolerance, "{ours} is not {theirs} ± {tolerance}");
}

#[test]
fn sigmoid_is_exact_at_any_logit() {
    for (z, expected) in [(0.0, 0.5), (3.0_f32.ln(), 0.75), (-3.0_f32.ln(), 0.25), (1e4, 1.0), (-1e4, 0.0)] {
        assert_close(sigmoid(z), expected, 1e-7);
    }
    assert!(sigmoid(-100.0) > 0.0, "e^-100 is small, but a number");
    assert!((-1000..1000).all(|z| sigmoid(z as f32 / 10.0) <= sigmoid((z + 1) as f32 / 10.0)));
}

#[test]
fn loss_of_zero_logits_is_ln_2() {
    let y = array![0.0, 1.0, 1.0];
    assert_close(binary_cross_entropy_with_logits(&Array1::zeros(3), &y), LN_2, 1e-7);
    assert_close(binary_cross_entropy(&Array1::from_elem(3, 0.5), &y), LN_2, 1e-7);
}

#[test]
fn loss_is_as_pytorchs_even_where_the_sigmoid_saturates() {
    // torch.nn.functional.binary_cross_entropy_with_logits(z, y), binary_cross_entropy(torch.sigmoid(z), y)
    let (z, y) = (array![-100.0, -2.0, 0.0, 3.0, 100.0], array![1.0, 0.0, 1.0, 1.0, 0.0]);
    assert_close(binary_cross_entropy_with_logits(&z, &y), 40.173_73, 1e-5);
    // f32 holds e^-100 to five bits only, so its logarithm is -99.98; PyTorch rounds it to 0, and cuts off at -100.
    assert_close(binary_cross_entropy(&z.mapv(sigmoid), &y), 40.173_73, 5e-3);
}

#[test]
fn the_loss_of_a_nan_is_no_number() {
    assert!(binary_cross_entropy(&array![f32::NAN], &array![1.0]).is_nan());
    assert!(binary_cross_entropy_with_logits(&array![f32::NAN], &array![1.0]).is_nan());
    assert_close(binary_cross_entropy(&array![0.0], &array![1.0]), 100.0, 0.0);
}

#[test]
fn gradient_of_one_sample_is_the_closed_form() {
    let (x, y) = (array![[0.5, -2.0, 3.0]], array![1.0]);
    let model = LogisticRegression { weight: array![0.1, 0.2, -0.3], bias: Some(0.4) };
    let y_hat = model.forward(&x);
    let error = y_hat[0] - y[0];
    let grads = model.backward(&x, &y_hat, &y);
    assert_eq!(grads.weight, array![0.5 * error, -2.0 * error, 3.0 * error]);
    assert_eq!(grads.bias.to_bits(), error.to_bits());
}

#[test]
fn gradients_are_the_slope_of_the_loss() {
    for seed in 0..10 {
        let Batch { x, y, .. } = random(17, 9, seed);
        let model = LogisticRegression::normal(9, 0.5, seed).expect("0.5 is a deviation");
        let grads = model.backward(&x, &model.forward(&x), &y);
        let x64 = x.mapv(f64::from);
        // The loss in f64, so that the difference of two neighbours is not all rounding.
        let loss = |weight: &Array1<f64>, bias: f64| {
            let z = x64.dot(weight) + bias;
            z.iter().zip(&y).map(|(z, &y)| z.max(0.0) - z * f64::from(y) + (-z.abs()).exp().ln_1p()).sum::<f64>() / 17.0
        };
        let (weight, bias, h) = (model.weight.mapv(f64::from), 0.0, 1e-5);
        let slope_of_bias = (loss(&weight, bias + h) - loss(&weight, bias - h)) / (2.0 * h);
        assert!((slope_of_bias - f64::from(grads.bias)).abs() <= 1e-4 * slope_of_bias.abs().max(1e-2));
        for k in 0..9 {
            let shifted = |by| {
                let mut shifted = weight.clone();
                shifted[k] += by;
                loss(&shifted, bias)
            };
            let slope = (shifted(h) - shifted(-h)) / (2.0 * h);
            assert!((slope - f64::from(grads.weight[k])).abs() <= 1e-4 * slope.abs().max(1e-2), "weight {k}");
        }
    }
}

#[test]
fn products_are_as_the_slow_ones_at_any_size() {
    for (n, d) in [(1, 1), (2, 31), (3, 32), (5, 33), (7, 4095), (4, 4096), (3, 9001)] {
        let Batch { x, y, .. } = random(n, d, 1);
        let model = LogisticRegression::normal(d, 1.0, 2).expect("1 is a deviation");
        let slow = x.mapv(f64::from).dot(&model.weight.mapv(f64::from));
        let tolerance = 1e-5 * (d as f32).sqrt();
        model.logits(&x).iter().zip(&slow).for_each(|(&fast, &slow)| assert_close(fast, slow as f32, tolerance));
        let grads = model.backward(&x, &Array1::zeros(n), &y);
        let slow = x.t().dot(&(&y / -(n as f32)));
        grads.weight.iter().zip(&slow).for_each(|(&fast, &slow)| assert_close(fast, slow, 1e-5));
    }
}

#[test]
fn a_transposed_matrix_gives_the_same() {
    let x = random(6, 40, 3).x;
    let columns = x.t().as_standard_layout().to_owned();
    let model = LogisticRegression::normal(40, 1.0, 4).expect("1 is a deviation");
    let view = columns.t();
    assert_eq!(model.logits(&view), model.logits(&x));
}

#[test]
fn fit_is_as_pytorchs() {
    // lrlib/tests/reference.py, train(bias, weight_decay): (epoch, loss, train accuracy, val accuracy), weight[0], weight[299], bias
    let (third, val) = (0.666_667, 0.571_429);
    let runs = [
        (true, 0.0, [LN_2, 0.671_433_75, 0.615_712, 0.537_866_2], [-0.022_938_31, -0.005_760_87, -0.009_201_39]),
        (false, 0.0, [LN_2, 0.671_657_86, 0.615_773_26, 0.537_871_54], [-0.022_989_05, -0.005_824_23, 0.0]),
        (true, 0.1, [LN_2, 0.671_433_75, 0.615_856, 0.540_038_8], [-0.022_461_39, -0.005_703_53, -0.009_535_06]),
    ];
    for (bias, weight_decay, losses, [first, last, expected_bias]) in runs {
        let model = LogisticRegression::new(300);
        let mut model = if bias { model } else { model.without_bias() };
        let config = TrainConfig { epochs: 50, learning_rate: 1e-2, weight_decay, ..Default::default() };
        let history = fit(&mut model, &pixels(0..24), Some(&pixels(24..31)), &config).expect("it trains");
        for (epoch, loss) in [0, 1, 10, 49].into_iter().zip(losses) {
            assert_close(history.epochs[epoch].loss, loss, 1e-6);
            assert_close(history.epochs[epoch].train_accuracy, third, 1e-6);
            assert_close(history.epochs[epoch].val_accuracy.expect("there is val"), val, 1e-6);
        }
        assert_close(model.weight[0], first, 1e-6);
        assert_close(model.weight[299], last, 1e-6);
        assert_close(model.bias.unwrap_or(0.0), expected_bias, 1e-6);
    }
}

#[test]
fn one_mini_batch_of_all_samples_is_gradient_descent() {
    let train = random(20, 30, 5);
    let (mut whole, mut shuffled) = (LogisticRegression::new(30), LogisticRegression::new(30));
    let config = TrainConfig { epochs: 20, learning_rate: 0.1, ..Default::default() };
    fit(&mut whole, &train, None, &config).expect("it trains");
    fit(&mut shuffled, &train, None, &TrainConfig { batch_size: Some(20), ..config }).expect("it trains");
    whole.weight.iter().zip(&shuffled.weight).for_each(|(&a, &b)| assert_close(a, b, 1e-6));
}

#[test]
fn mini_batches_learn_and_repeat_with_their_seed() {
    let run = |seed| {
        let mut model = LogisticRegression::new(300);
        let config = TrainConfig { epochs: 30, learning_rate: 1e-2, batch_size: Some(7), seed, ..Default::default() };
        let history = fit(&mut model, &pixels(0..24), None, &config).expect("it trains");
        (model, history)
    };
    let (model, history) = run(1);
    assert!(history.epochs[29].loss < history.epochs[0].loss);
    assert!(run(1) == (model, history.clone()), "the same seed, the same numbers");
    assert!(run(2).1 != history, "another seed, another order");
}

#[test]
fn settings_out_of_range_are_errors() {
    let (train, other) = (random(4, 3, 0), random(4, 5, 0));
    let mut wrong_labels = random(4, 3, 0);
    wrong_labels.y[0] = 2.0;
    let unlabelled = Batch { x: Array2::zeros((0, 3)), y: array![0.0, 1.0], ..Default::default() };
    let good = TrainConfig::default;
    let cosine = |t_max, eta_min| Schedule::CosineAnnealingLr { t_max, eta_min };
    let cases = [
        (&train, TrainConfig { epochs: 0, ..good() }, "0 epochs"),
        (&train, TrainConfig { learning_rate: f32::NAN, ..good() }, "learning rate is NaN"),
        (&train, TrainConfig { learning_rate: -1.0, ..good() }, "learning rate is -1"),
        (&train, TrainConfig { weight_decay: -1.0, ..good() }, "weight decay is -1"),
        (&train, TrainConfig { momentum: 1.0, ..good() }, "momentum is 1: use 0 or more, and less than 1"),
        (&train, TrainConfig { momentum: f32::NAN, ..good() }, "momentum is NaN"),
        (&train, TrainConfig { nesterov: true, ..good() }, "Nesterov's step needs momentum"),
        (&train, TrainConfig { l1: -1.0, ..good() }, "L1 penalty is -1"),
        (&train, TrainConfig { l1: 0.1, momentum: 0.9, ..good() }, "L1 penalty needs steps without momentum"),
        (&train, TrainConfig { l1: 0.1, method: Some(Method::SampleSpace), ..good() }, "no L1 penalty: leave out"),
        (&train, TrainConfig { schedule: Schedule::StepLr { step_size: 0, gamma: 0.1 }, ..good() }, "step size of 0"),
        (&train, TrainConfig { schedule: Schedule::StepLr { step_size: 1, gamma: 0.0 }, ..good() }, "gamma is 0"),
        (&train, TrainConfig { schedule: cosine(0, 0.0), ..good() }, "cosine over 0 epochs"),
        (&train, TrainConfig { schedule: cosine(9, -1.0), ..good() }, "eta_min is -1"),
        (&train, TrainConfig { early_stopping: Some(EarlyStopping::default()), ..good() }, "needs validation data"),
        (&train, TrainConfig { batch_size: Some(0), ..good() }, "batch of 0 samples"),
        (
            &train,
            TrainConfig { batch_size: Some(2), method: Some(Method::SampleSpace), ..good() },
            "sample space needs the full batch",
        ),
        (&unlabelled, good(), "0 rows, but 2 labels"),
        (&other, good(), "5 features, the model 3"),
        (&wrong_labels, good(), "labels of 0 and 1"),
    ];
    for (train, config, problem) in cases {
        let error = fit(&mut LogisticRegression::new(3), train, None, &config).expect_err(problem).to_string();
        assert!(error.contains(problem) && error.lines().count() == 1, "{error}");
    }
    assert!(LogisticRegression::normal(3, f32::NAN, 0).is_err());
    let early_stopping = Some(EarlyStopping { patience: 1, min_delta: -1.0 });
    let error = fit(&mut LogisticRegression::new(3), &train, Some(&train), &TrainConfig { early_stopping, ..good() });
    assert!(error.expect_err("it is negative").to_string().contains("min_delta is -1"));
}

#[test]
fn a_run_that_diverges_returns_its_curve_and_keeps_the_last_numbers() {
    let (train, val) = (pixels(0..24), pixels(24..31));
    for (method, batch_size) in
        [(Method::FeatureSpace, None), (Method::FeatureSpace, Some(24)), (Method::SampleSpace, None)]
    {
        // The first step is finite, the logits after it are not.
        let config = TrainConfig { learning_rate: 3e38, method: Some(method), batch_size, ..Default::default() };
        let mut model = LogisticRegression::new(300);
        let stopped = fit(&mut model, &train, Some(&val), &config).expect_err("it diverges");
        let error = stopped.to_string();
        assert!(matches!(stopped.error, Error::Diverged(_)) && error.contains("lower the learning rate"), "{error}");
        let epochs = stopped.history.epochs;
        assert!(!epochs.is_empty() && epochs.iter().all(|epoch| epoch.loss.is_finite()), "{method:?}: {epochs:?}");
        assert!(epochs.iter().all(|epoch| epoch.val_loss.is_some() && epoch.val_accuracy.is_some()), "{epochs:?}");
        assert!(model.weight.iter().all(|w| w.is_finite()), "{method:?}");
        assert_close(epochs[0].loss, LN_2, 1e-6);
    }
}

#[test]
fn a_run_that_diverges_in_its_first_epoch_names_the_learning_rate_and_changes_nothing() {
    let config = TrainConfig { learning_rate: 3e38, batch_size: Some(5), ..Default::default() };
    let mut model = LogisticRegression::new(300);
    let stopped = fit(&mut model, &pixels(0..24), None, &config).expect_err("it diverges");
    assert!(stopped.to_string().contains("lower the learning rate") && stopped.history.epochs.is_empty());
    assert_eq!(model, LogisticRegression::new(300));
    let mut train = pixels(0..24);
    train.x[[3, 5]] = f32::NAN;
    let stopped = fit(&mut model, &train, None, &config).expect_err("a NaN");
    assert!(stopped.to_string().contains("must be finite numbers"), "{stopped}");
    model.weight[0] = f32::NAN;
    let stopped = fit(&mut model, &pixels(0..24), None, &config).expect_err("a NaN");
    assert!(stopped.to_string().contains("must be finite numbers"), "{stopped}");
}

#[test]
fn the_loss_on_val_is_that_of_the_model_after_the_epoch() {
    let (train, val) = (pixels(0..24), pixels(24..31));
    for (method, batch_size) in
        [(Method::FeatureSpace, None), (Method::FeatureSpace, Some(5)), (Method::SampleSpace, None)]
    {
        for epochs in [1, 7] {
            let mut model = LogisticRegression::new(300);
            let config =
                TrainConfig { epochs, learning_rate: 1e-2, method: Some(method), batch_size, ..Default::default() };
            let history = fit(&mut model, &train, Some(&val), &config).expect("it trains");
            let expected = binary_cross_entropy_with_logits(&model.logits(&val.x), &val.y);
            assert_close(history.epochs[epochs - 1].val_loss.expect("there is val"), expected, 1e-6);
        }
    }
}

#[test]
fn a_class_that_counts_twice_is_as_pytorchs_pos_weight() {
    // F.binary_cross_entropy_with_logits([-1, 2], [1, 0], pos_weight=2) is (2·ln(1 + e) + ln(1 + e²)) / 2.
    let expected = 1.0_f32.exp().ln_1p() + 0.5 * 2.0_f32.exp().ln_1p();
    let train = Batch::new(array![[-1.0], [2.0]], array![1.0, 0.0]);
    let mut model = LogisticRegression { weight: array![1.0], bias: None };
    let config = TrainConfig { epochs: 1, pos_weight: 2.0, learning_rate: 0.1, ..Default::default() };
    let history = fit(&mut model, &train, None, &config).expect("it trains");
    assert_close(history.epochs[0].loss, expected, 1e-6);
    // The gradient is (2·(−1)·(σ(−1) − 1) + 2·σ(2)) / 2.
    assert_close(model.weight[0], 1.0 - 0.1 * (1.0 - sigmoid(-1.0) + sigmoid(2.0)), 1e-6);
}

#[test]
fn predict_accuracy_and_the_confusion_matrix_agree_at_the_boundary() {
    let classes = ["ants".into(), "bees".into()];
    for z in [0.0, 1e-30, 5e-8, 8e-8, 1e-7, 1e-6, -5e-8, -1e-6] {
        let model = LogisticRegression { weight: array![z], bias: None };
        let (predicted, y_hat) = (model.predict(&array![[1.0]]), model.forward(&array![[1.0]]));
        assert_close(accuracy(&predicted, &y_hat), 1.0, 0.0);
        assert_close(ConfusionMatrix::new(&predicted, &y_hat, &classes).accuracy(), 1.0, 0.0);
    }
}

#[test]
#[should_panic(expected = "x has 3 features, the weight 2")]
fn a_batch_of_another_size_is_the_callers_bug() {
    let _ = LogisticRegression::new(2).forward(&random(4, 3, 0).x);
}

#[test]
fn accuracy_counts_a_half_as_class_0() {
    // Counted by hand: right, right, wrong, wrong.
    assert_close(accuracy(&array![0.0, 1.0, 1.0, 0.0], &array![0.5, 0.9, 0.5, 0.7]), 0.5, 0.0);
    assert_close(majority_baseline(&array![0.0, 1.0, 1.0, 1.0]), 0.75, 0.0);
}

#[test]
fn wilson_interval_is_as_statsmodels() {
    // statsmodels.stats.proportion.proportion_confint(89, 153, method="wilson") = (0.50252, 0.65688)
    let (low, high) = wilson_interval(89.0 / 153.0, 153);
    let (p, n, z) = (89.0 / 153.0, 153.0, 1.959_964);
    // Both ends solve (p̂ − p)² = z²·p·(1 − p)/n.
    for end in [low, high] {
        assert_close((p - end) * (p - end), z * z * end * (1.0 - end) / n, 1e-6);
    }
    assert!(low < p && p < high && wilson_interval(1.0, 5).1 <= 1.0);
}

#[test]
fn a_class_may_count_more() {
    // 5 steps of torch.optim.SGD(lr=0.5) on torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(3.0)), from zeros.
    let x = array![[0.1, 0.9], [0.4, 0.2], [0.8, 0.5], [0.3, 0.7]];
    let train = Batch::new(x, array![0.0, 1.0, 1.0, 0.0]);
    for method in [Method::FeatureSpace, Method::SampleSpace] {
        let (learning_rate, pos_weight) = (0.5, 3.0);
        let config = TrainConfig { epochs: 5, learning_rate, pos_weight, method: Some(method), ..Default::default() };
        let mut model = LogisticRegression::new(2);
        let history = fit(&mut model, &train, None, &config).expect("it trains");
        assert_eq!(history.method, method);
        for (epoch, loss) in history.epochs.iter().zip([1.386_294_4, 1.212_941_5, 1.128_355_5, 1.078_805, 1.044_047_8])
        {
            assert_close(epoch.loss, loss, 1e-6);
        }
        assert_close(model.weight[0], 0.671_996_24, 1e-6);
        assert_close(model.weight[1], -0.121_245_17, 1e-6);
        assert_close(model.bias.expect("a bias"), 0.638_345_24, 1e-6);
    }
}
