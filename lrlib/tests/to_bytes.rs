//! Pixels as bytes give what the same pixels as floats give.

use lrlib::{
    datasets::Batch,
    fast::to_bytes,
    metrics::accuracy,
    nn::{LogisticRegression, binary_cross_entropy},
    optim::Sgd,
    train::{Method, TrainConfig, fit},
};
use ndarray::{Array2, array};
use ndarray_rand::{
    RandomExt,
    rand::{Rng, SeedableRng, rngs::StdRng},
    rand_distr::StandardUniform,
};

fn random(n: usize, d: usize, generator: &mut StdRng) -> Array2<u8> {
    Array2::random_using((n, d), StandardUniform, generator)
}

/// As [`to_tensor`](lrlib::transforms::to_tensor) and torchvision do, with a division.
fn features(bytes: &Array2<u8>) -> Array2<f32> {
    bytes.mapv(|level| f32::from(level) / 255.0)
}

#[test]
fn every_level_is_found_again() {
    let all = Array2::from_shape_fn((2, 256), |(_, level)| level as u8);
    assert_eq!(to_bytes(&features(&all)), Some(all.clone()));
    assert_eq!(
        to_bytes(&features(&all).slice(ndarray::s![.., ..;3])),
        Some(all.slice(ndarray::s![.., ..;3]).to_owned())
    );
    for not_a_level in [
        0.5,
        1e-8,
        -1e-8,
        1e-30,
        f32::from_bits(1.0_f32.to_bits() - 1),
        -1.0 / 255.0,
        256.0 / 255.0,
        1e10,
        f32::NAN,
        f32::INFINITY,
    ] {
        assert_eq!(to_bytes(&array![[1.0], [not_a_level]]), None, "{not_a_level}");
    }
}

#[test]
fn both_kinds_of_pixels_make_the_same_steps() {
    for seed in 0..10 {
        let generator = &mut StdRng::seed_from_u64(seed);
        let (n, d) = (generator.random_range(1..40), generator.random_range(1..9000));
        let (bytes, val) = (random(n, d, generator), random(7, d, generator));
        let train = Batch::new(features(&bytes), (0..n).map(|i| f32::from(u8::from(i % 3 == 0))).collect());
        let val = Batch::new(features(&val), (0..7).map(|i| f32::from(u8::from(i % 2 == 0))).collect());
        let start = LogisticRegression::normal(d, 0.001, seed).expect("a deviation");

        let (mut by_floats, mut by_bytes, mut by_fit) = (start.clone(), start.clone(), start);
        let config =
            TrainConfig { method: Some(Method::FeatureSpace), epochs: 10, learning_rate: 1e-3, ..Default::default() };
        let history = fit(&mut by_fit, &train, Some(&val), &config).expect("it trains");
        for epoch in history.epochs {
            let y_hat = [by_floats.forward(&train.x), by_bytes.forward(&bytes)];
            let grads =
                [by_floats.backward(&train.x, &y_hat[0], &train.y), by_bytes.backward(&bytes, &y_hat[1], &train.y)];
            for y_hat in &y_hat {
                assert!((binary_cross_entropy(y_hat, &train.y) - epoch.loss).abs() < 1e-5, "{n} × {d}, {epoch}");
            }
            Sgd::new(1e-3).step(&mut by_floats, &grads[0]);
            Sgd::new(1e-3).step(&mut by_bytes, &grads[1]);
            let val_accuracy = accuracy(&val.y, &by_floats.forward(&val.x));
            // A sample at the border may fall to either side.
            assert!((epoch.val_accuracy.expect("there is val") - val_accuracy).abs() < 1.0 / 7.0 + 1e-6);
        }
        for model in [&by_bytes, &by_fit] {
            assert!(model.weight.iter().zip(&by_floats.weight).all(|(a, b)| (a - b).abs() < 1e-6), "{n} × {d}");
        }
    }
}
