//! Newton's method ends where the gradient does.

use lrlib::{
    datasets::Batch,
    nn::LogisticRegression,
    optim::newton,
    train::{TrainConfig, fit},
};
use ndarray::Array2;
use ndarray_rand::{
    RandomExt,
    rand::{Rng, SeedableRng, rngs::StdRng},
    rand_distr::Uniform,
};

fn random(n: usize, d: usize, seed: u64) -> Batch {
    let generator = &mut StdRng::seed_from_u64(seed);
    let x = Array2::random_using((n, d), Uniform::new(-1.0, 1.0).expect("a range"), generator);
    Batch::new(x, (0..n).map(|i| f32::from(u8::from(i == 0 || i > 1 && generator.random_bool(0.5)))).collect())
}

#[test]
fn at_the_minimum_the_gradient_is_zero() {
    for seed in 0..12 {
        let (train, weight_decay) = (random(5 + 4 * seed as usize, 300, seed), [1e-3, 0.1, 10.0][seed as usize % 3]);
        let model = LogisticRegression::new(300);
        let mut model = if seed % 2 == 0 { model } else { model.without_bias() };
        let steps = newton(&mut model, &train, weight_decay).expect("there is one");
        let grads = model.backward(&train.x, &model.forward(&train.x), &train.y);
        let whole = &grads.weight + &(weight_decay * &model.weight);
        let largest = whole.fold(0.0_f32, |largest, g| largest.max(g.abs()));
        assert!(steps < 20 && largest < 1e-6, "seed {seed}: after {steps} steps a gradient of {largest}");
        assert!(model.bias.is_none() || grads.bias.abs() < 1e-6, "seed {seed}: {}", grads.bias);
    }
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
