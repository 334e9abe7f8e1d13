//! A run that stops and continues gives the numbers of one that does not stop.

use std::{collections::HashMap, fs};

use lrlib::{
    datasets::Batch,
    nn::LogisticRegression,
    optim::Schedule,
    train::{Checkpoint, EarlyStopping, Method, TrainConfig, fit},
};
use ndarray::Array2;
use ndarray_rand::{
    RandomExt,
    rand::{SeedableRng, rngs::StdRng},
    rand_distr::Uniform,
};
use safetensors::{SafeTensors, serialize};
use tempfile::tempdir;

fn random(n: usize) -> Batch {
    let uniform = Uniform::new(-1.0, 1.0).expect("a range");
    let x = Array2::random_using((n, 60), uniform, &mut StdRng::seed_from_u64(n as u64));
    Batch::new(x, (0..n).map(|i| f32::from(u8::from(i % 3 == 0))).collect())
}

#[test]
fn in_pieces_or_at_once_the_numbers_are_the_same() {
    let (train, val) = (random(40), random(12));
    let start = LogisticRegression::normal(60, 0.1, 3).expect("a deviation");
    for (method, batch_size) in
        [(Method::FeatureSpace, None), (Method::FeatureSpace, Some(16)), (Method::SampleSpace, None)]
    {
        let folder = tempdir().expect("a folder");
        let path = folder.path().join("kept.safetensors");
        let config = TrainConfig {
            learning_rate: 0.1,
            weight_decay: 0.01,
            method: Some(method),
            batch_size,
            ..Default::default()
        };
        let mut without = start.clone();
        let expected = fit(&mut without, &train, Some(&val), &config).expect("it trains");
        let kept = |name| Some(Checkpoint { path: folder.path().join(name), every: 7 });
        let config = TrainConfig { checkpoint: kept("unbroken"), ..config };
        let mut whole = start.clone();
        let unbroken = fit(&mut whole, &train, Some(&val), &config).expect("it trains");
        for (epoch, expected) in unbroken.epochs.iter().zip(&expected.epochs) {
            let exact = method != Method::SampleSpace;
            assert!((epoch.loss - expected.loss).abs() <= if exact { 0.0 } else { 1e-6 }, "{method:?}: {epoch}");
        }

        let config = TrainConfig { checkpoint: kept("kept.safetensors"), ..config };
        let part = TrainConfig { epochs: 21, ..config.clone() };
        fit(&mut start.clone(), &train, Some(&val), &part).expect("it trains");
        // The model's own weights do not matter: the file has them.
        let mut model = LogisticRegression::new(60);
        let history = fit(&mut model, &train, Some(&val), &config).expect("it goes on");
        assert!(history == unbroken && model == whole, "{method:?}: {history:?}, {unbroken:?}");
        let mut loaded = LogisticRegression::new(60);
        loaded.load(&path).expect("a model's file too");
        assert_eq!(loaded, model);

        let other = TrainConfig { learning_rate: 0.2, ..config.clone() };
        let error = fit(&mut model, &train, Some(&val), &other).expect_err("another run's").to_string();
        assert!(error.contains("learning rate 0.1") && error.contains("remove the file"), "{error}");
        for (train, val) in other_data(&train, &val) {
            let error = fit(&mut model, &train, val.as_ref(), &config).expect_err("other data").to_string();
            assert!(error.contains("40 × 60 (") && error.contains("remove the file"), "{error}");
        }
        let shorter = TrainConfig { epochs: 50, ..config.clone() };
        let error = fit(&mut model, &train, Some(&val), &shorter).expect_err("it has gone further").to_string();
        assert!(error.contains("it has 100 epochs, more than the 50 asked for"), "{error}");
        assert_eq!(model, loaded, "a failed run changes nothing");
        let bytes = fs::read(&path).expect("kept");
        fs::write(&path, &bytes[..bytes.len() - 1]).expect("written");
        assert!(fit(&mut model, &train, None, &config).expect_err("cut off").to_string().contains("kept.safetensors"));
    }
}

/// The same data but for one change each: one feature, two labels swapped, one feature of val, one label of val, no val.
fn other_data(train: &Batch, val: &Batch) -> [(Batch, Option<Batch>); 5] {
    let changed = |batch: &Batch, change: fn(&mut Batch)| {
        let mut batch = batch.clone();
        change(&mut batch);
        batch
    };
    [
        (changed(train, |batch| batch.x[[39, 59]] += 0.5), Some(val.clone())),
        (changed(train, |batch| batch.y.swap(0, 1)), Some(val.clone())),
        (train.clone(), Some(changed(val, |batch| batch.x[[11, 59]] += 0.5))),
        (train.clone(), Some(changed(val, |batch| batch.y[11] = 1.0 - batch.y[11]))),
        (train.clone(), None),
    ]
}

/// With momentum, a schedule, and early stopping that would go on for longer, then stops.
#[test]
fn velocity_rate_and_the_best_epoch_are_continued() {
    let (train, val) = (random(40), random(12));
    let start = LogisticRegression::normal(60, 0.1, 3).expect("a deviation");
    for (method, batch_size) in
        [(Method::FeatureSpace, None), (Method::FeatureSpace, Some(16)), (Method::SampleSpace, None)]
    {
        for (nesterov, patience) in [(false, 200), (true, 200), (false, 20), (true, 20)] {
            let folder = tempdir().expect("a folder");
            let kept = |name| Some(Checkpoint { path: folder.path().join(name), every: 7 });
            let config = TrainConfig {
                learning_rate: 0.1,
                schedule: Schedule::CosineAnnealingLr { t_max: 150, eta_min: 0.01 },
                warm_up: 5,
                momentum: 0.9,
                nesterov,
                weight_decay: 0.01,
                method: Some(method),
                batch_size,
                early_stopping: Some(EarlyStopping { patience, min_delta: 1e-3 }),
                checkpoint: kept("unbroken"),
                ..Default::default()
            };
            let mut whole = start.clone();
            let unbroken = fit(&mut whole, &train, Some(&val), &config).expect("it trains");
            assert_eq!(unbroken.stopped_early, patience == 20, "{unbroken:?}, best {:?}", unbroken.best_epoch);

            let config = TrainConfig { checkpoint: None, ..config };
            let without = fit(&mut start.clone(), &train, Some(&val), &config).expect("it trains");
            assert_eq!(without.best_epoch, unbroken.best_epoch);
            for (epoch, expected) in unbroken.epochs.iter().zip(&without.epochs) {
                let exact = method != Method::SampleSpace;
                assert!((epoch.loss - expected.loss).abs() <= if exact { 0.0 } else { 1e-6 }, "{method:?}: {epoch}");
            }

            let config = TrainConfig { checkpoint: kept("kept"), ..config };
            // A piece ends at its best epoch, but the run goes on from its last; after a stop, nothing is left to do.
            for epochs in [7, 21, 28, 100, 100] {
                let mut model = if epochs == 7 { start.clone() } else { LogisticRegression::new(60) };
                let part = TrainConfig { epochs, ..config.clone() };
                let history = fit(&mut model, &train, Some(&val), &part).expect("it trains");
                let mut loaded = LogisticRegression::new(60);
                loaded.load(folder.path().join("kept")).expect("a model's file too");
                assert_eq!(loaded, model);
                if epochs == 100 {
                    assert!(history == unbroken && model == whole, "{method:?}: {history:?}, {unbroken:?}");
                }
            }
            for other in [
                TrainConfig { nesterov: !nesterov, ..config.clone() },
                TrainConfig { warm_up: 6, ..config.clone() },
                TrainConfig { schedule: Schedule::Constant, ..config.clone() },
                TrainConfig { early_stopping: None, ..config.clone() },
            ] {
                let error = fit(&mut start.clone(), &train, Some(&val), &other).expect_err("another run's").to_string();
                assert!(error.contains("momentum 0.9") && error.contains("remove the file"), "{error}");
            }
        }
    }
}

/// What a run left before there were momentum and schedules has the same tensors, and says less.
#[test]
fn an_older_file_is_refused_in_one_line() {
    let (train, folder) = (random(40), tempdir().expect("a folder"));
    let path = folder.path().join("kept");
    let config = TrainConfig { checkpoint: Some(Checkpoint { path: path.clone(), every: 7 }), ..Default::default() };
    let mut model = LogisticRegression::new(60);
    fit(&mut model, &train, None, &config).expect("it trains");
    let bytes = fs::read(&path).expect("written");
    let (tensors, header) = (SafeTensors::deserialize(&bytes), SafeTensors::read_metadata(&bytes).expect("a header").1);
    let note = &header.metadata().as_ref().expect("it has a note")["note"];
    let (data, _) = note.split_once(", schedule").expect("the new settings");
    let older = format!("{data}, weight decay 0.0, pos weight 1.0, batch size None, seed 0");
    let tensors = tensors.expect("a checkpoint").tensors();
    let bytes = serialize(tensors, Some(HashMap::from([("note".into(), older.clone())]))).expect("bytes");
    fs::write(&path, bytes).expect("written");
    let error = fit(&mut model.clone(), &train, None, &config).expect_err("it is older").to_string();
    assert!(error.contains(&format!("belongs to {older}, and this run is {data}, schedule")), "{error}");
    assert!(error.contains("remove the file") && error.lines().count() == 1, "{error}");
    model.load(&path).expect("it is still a model");
}

#[test]
fn few_epochs_may_be_followed_by_many() {
    let (train, folder) = (random(40), tempdir().expect("a folder"));
    let checkpoint = Some(Checkpoint { path: folder.path().join("kept"), every: 1000 });
    let few = TrainConfig { epochs: 1, checkpoint, ..Default::default() };
    let many = TrainConfig { epochs: 300, ..few.clone() };
    let mut model = LogisticRegression::new(60);
    assert_eq!(fit(&mut model, &train, None, &few).expect("it trains").method, Method::FeatureSpace);
    let history = fit(&mut model, &train, None, &many).expect("it goes on");
    assert_eq!(history.method, Method::SampleSpace, "another way is the shorter one now");
    let unbroken = TrainConfig { checkpoint: None, ..many };
    let unbroken = fit(&mut LogisticRegression::new(60), &train, None, &unbroken).expect("it trains");
    for (epoch, expected) in history.epochs.iter().zip(&unbroken.epochs) {
        assert!((epoch.loss - expected.loss).abs() < 1e-6, "{epoch}");
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_fails_before_the_run() {
    let folder = tempdir().expect("a folder");
    let checkpoint = |name| TrainConfig {
        checkpoint: Some(Checkpoint { path: folder.path().join(name), every: 10 }),
        ..Default::default()
    };
    let mut model = LogisticRegression::new(60);
    let error = fit(&mut model, &random(40), None, &checkpoint("no/such/folder")).expect_err("no folder").to_string();
    assert!(error.contains("cannot write") && model == LogisticRegression::new(60), "{error}");
    model.save(folder.path().join("model")).expect("saved");
    let error = fit(&mut model, &random(40), None, &checkpoint("model")).expect_err("a model").to_string();
    assert!(error.contains("is not a checkpoint"), "{error}");
}
