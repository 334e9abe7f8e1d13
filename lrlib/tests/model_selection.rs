//! Folds, and what is scored on them.

use std::fmt::Debug;

use lrlib::{
    Error, Result,
    datasets::Batch,
    model_selection::{
        Fold, RepeatedStratifiedKFold, Scores, cross_validate, learning_curve, train_val_test_split, validation_curve,
    },
};
use ndarray::{Array1, Array2, array};

/// `counts[0]` labels 0 and `counts[1]` labels 1, those of class `first` in front.
fn labels(counts: [usize; 2], first: usize) -> Array1<f32> {
    let class = |class: usize| std::iter::repeat_n(class as f32, counts[class]);
    class(first).chain(class(1 - first)).collect()
}

fn split(y: &Array1<f32>, n_splits: usize, n_repeats: usize, seed: u64) -> Vec<Fold> {
    RepeatedStratifiedKFold { n_splits, n_repeats, seed }.split(y).expect("enough samples")
}

fn problem<T: Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Config(problem)) => problem,
        other => panic!("{other:?} is no error of the settings"),
    }
}

/// The numbers are what `model_selection.py` prints.
#[test]
fn sizes_and_classes_of_folds_are_those_of_scikit_learn() {
    for (counts, first, sizes, ones) in [
        ([13, 8], 0, &[6, 5, 5, 5][..], &[2, 2, 2, 2][..]),
        ([13, 8], 1, &[6, 5, 5, 5], &[2, 2, 2, 2]),
        ([7, 30], 1, &[6, 6, 5, 5, 5, 5, 5], &[5, 5, 4, 4, 4, 4, 4]),
        ([10, 5], 0, &[3, 3, 3, 3, 3], &[1, 1, 1, 1, 1]),
    ] {
        let y = labels(counts, first);
        for repeat in split(&y, sizes.len(), 3, 1).chunks(sizes.len()) {
            let of = |(_, test): &Fold| (test.len(), test.iter().filter(|&&row| y[row] > 0.5).count());
            let expected: Vec<_> = sizes.iter().copied().zip(ones.iter().copied()).collect();
            assert_eq!(repeat.iter().map(of).collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn each_row_is_held_out_once_per_repeat() {
    let y: Array1<f32> = (0..47).map(|i| f32::from(u8::from(i % 3 == 0))).collect();
    let folds = split(&y, 5, 4, 9);
    for repeat in folds.chunks(5) {
        let mut held_out: Vec<usize> = repeat.iter().flat_map(|(_, test)| test.clone()).collect();
        held_out.sort_unstable();
        assert!(held_out.into_iter().eq(0..47));
    }
    for (train, test) in &folds {
        let mut all = [&train[..], test].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..47), "{train:?} and {test:?}");
    }
    assert_ne!(folds[..5], folds[5..10], "a repeat is another division");
    assert_ne!(folds, split(&y, 5, 4, 10));
    assert_eq!(folds, split(&y, 5, 4, 9));
}

/// Scores with repeats' means 0.5, 0.8 and 0.5: the mean is 0.6, and √(0.06/2) = 0.1732.
#[test]
fn the_deviation_is_that_of_the_repeats() {
    let scores = Scores { scores: vec![0.5, 0.5, 0.7, 0.9, 1.0, 0.0], n_splits: 2 };
    assert_eq!(format!("{scores:?}"), "0.600 ± 0.173 (3 × 2 folds)");
    let one = Scores { scores: vec![0.25, 0.75], n_splits: 2 };
    assert_eq!(format!("{one:?}"), "0.500 (1 × 2 folds)");
    assert!(one.std().is_nan());
}

/// The score is a number that tells fold, training rows and held-out rows apart.
fn check_sum(train: &[usize], held_out: &[usize]) -> f64 {
    let sum = |rows: &[usize]| rows.iter().map(|&row| (row as f64 + 1.0).sqrt()).sum::<f64>();
    sum(train) / sum(held_out)
}

#[test]
fn neither_threads_nor_their_number_change_a_result() {
    let y = labels([20, 17], 0);
    let folds = split(&y, 4, 3, 0);
    let x = Array2::from_shape_fn((37, 90), |(i, j)| f32::sin((1 + i * (j + 2)) as f32));
    let batch = Batch::new(x, y.clone());
    let all = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let scores = cross_validate(&y, &folds, |train, test| Ok(check_sum(train, test))).expect("numbers");
            let both = |train: &[usize], test: &[usize]| Ok((check_sum(train, train), check_sum(train, test)));
            let learning = learning_curve(&y, &[4, 9, 27], &folds, 0, both).expect("numbers");
            (scores, learning, validation_curve(&batch, &[0.1, 1.0], &folds).expect("minima"))
        })
    };
    let (scores, ..) = all(1);
    let expected: Vec<f64> = folds.iter().map(|(train, test)| check_sum(train, test)).collect();
    assert_eq!(scores.scores, expected, "in fold order");
    assert_eq!(all(1), all(2));
}

#[test]
fn the_first_error_in_fold_order_is_returned() {
    let y = labels([20, 20], 0);
    let folds = split(&y, 10, 2, 0);
    let fails = |_: &[usize], test: &[usize]| match folds.iter().position(|fold| fold.1 == test) {
        Some(at @ (3 | 4 | 17)) => Err(Error::Config(format!("no luck in fold {at}"))),
        _ => Ok(0.5),
    };
    assert_eq!(problem(cross_validate(&y, &folds, fails)), "no luck in fold 3");
    let nan = |_: &[usize], test: &[usize]| Ok(if test == folds[7].1 { f64::NAN } else { 0.5 });
    assert!(problem(cross_validate(&y, &folds, nan)).starts_with("the score of fold 7 is NaN"));
    let pair = |_: &[usize], _: &[usize]| Ok((f64::NAN, 0.5));
    assert!(problem(learning_curve(&y, &[8], &folds, 0, pair)).starts_with("the score of fold 0 is NaN"));
}

#[test]
fn smaller_parts_lie_in_larger_ones_and_have_each_class() {
    let y = labels([40, 20], 0);
    let folds = split(&y, 4, 2, 3);
    let sizes = [6, 15, 30, 45];
    let seen = std::sync::Mutex::new(vec![]);
    let curve = learning_curve(&y, &sizes, &folds, 0, |train, test| {
        seen.lock().expect("no panic").push((train.to_vec(), test.to_vec()));
        Ok((train.len() as f64, test.len() as f64))
    })
    .expect("sizes in range");
    let seen = seen.into_inner().expect("no panic");
    for (train, held_out) in &folds {
        let mut parts: Vec<_> = seen.iter().filter(|(_, test)| test == held_out).map(|(part, _)| part).collect();
        parts.sort_by_key(|part| part.len());
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), sizes);
        assert_eq!(parts[3], train, "the last part is all");
        for pair in parts.windows(2) {
            assert!(pair[0].iter().all(|row| pair[1].contains(row)));
        }
        for part in parts {
            let ones = part.iter().filter(|&&row| y[row] > 0.5).count() as f64;
            assert!((ones - part.len() as f64 / 3.0).abs() <= 1.0, "{ones} of {}", part.len());
        }
    }
    for (point, size) in curve.iter().zip(sizes) {
        assert_eq!((point.train_size, point.train.mean()), (size, size as f64));
        assert_eq!(point.held_out.scores, [15.0; 8]);
    }
    let other =
        learning_curve(&y, &[6], &folds, 1, |train, test| Ok((check_sum(train, train), check_sum(train, test))));
    let same = learning_curve(&y, &[6], &folds, 0, |train, test| Ok((check_sum(train, train), check_sum(train, test))));
    assert_ne!(other.expect("in range"), same.expect("in range"), "the seed chooses the parts");
}

/// The scores are what `model_selection.py` prints; 30 × 80 is scored on the samples' dot products.
#[test]
fn the_validation_curve_is_that_of_scikit_learn() {
    for (n, d, expected) in [
        (
            60,
            5,
            [
                [0.641_666_666_7, 0.632_025_826_6, 0.433_333_333_3, 0.839_168_632_7],
                [0.616_666_666_7, 0.648_771_607_7, 0.566_666_666_7, 0.737_085_382_1],
                [0.633_333_333_3, 0.632_187_617_5, 0.433_333_333_3, 0.827_647_931_8],
            ],
        ),
        (
            30,
            80,
            [
                [1.0, 0.000_841_485_6, 0.6, 1.269_018_455_3],
                [1.0, 0.185_389_737_9, 0.533_333_333_3, 0.699_646_624_8],
                [1.0, 0.014_753_477_9, 0.533_333_333_3, 0.903_721_957_0],
            ],
        ),
    ] {
        let x = Array2::from_shape_fn((n, d), |(i, j)| (3.0 + 2.0 * f64::sin((1 + i * (j + 1)) as f64)) as f32);
        let y = (0..n).map(|i| f32::from(u8::from(f64::sin((1 + i * i) as f64) > 0.0))).collect();
        let batch = Batch::new(x, y);
        let folds: Vec<Fold> = (0..3).map(|fold| (0..n).partition(|row| row % 3 != fold)).collect();
        let weight_decays = [1e-3, 1.0, 0.03];
        let curve = validation_curve(&batch, &weight_decays, &folds).expect("minima");
        for ((point, expected), weight_decay) in curve.iter().zip(expected).zip(weight_decays) {
            let scores =
                [&point.train_accuracy, &point.train_log_loss, &point.held_out_accuracy, &point.held_out_log_loss];
            let means = scores.map(Scores::mean);
            assert!(
                means.iter().zip(expected).all(|(mean, expected)| (mean - expected).abs() < 1e-6),
                "{point:?} {means:?}"
            );
            let alone = &validation_curve(&batch, &[weight_decay], &folds).expect("a minimum")[0];
            let pairs = alone.held_out_log_loss.scores.iter().zip(&point.held_out_log_loss.scores);
            assert!(pairs.clone().all(|(cold, warm)| (cold - warm).abs() < 1e-6), "{pairs:?}");
        }
    }
}

#[test]
fn three_parts_have_their_shares_and_share_nothing() {
    let y = labels([30, 50], 0);
    let batch = Batch::new(Array2::from_shape_fn((80, 1), |(i, _)| i as f32), y);
    let (train, val, test) = train_val_test_split(&batch, 0.2, 0.1, 5).expect("both classes");
    for (part, counts) in [(&train, [21, 35]), (&val, [6, 10]), (&test, [3, 5])] {
        let ones = part.y.iter().filter(|&&y| y > 0.5).count();
        assert_eq!([part.num_samples() - ones, ones], counts);
    }
    let mut rows: Vec<_> = [&train, &val, &test].iter().flat_map(|part| part.x.iter().map(|&x| x as usize)).collect();
    rows.sort_unstable();
    assert!(rows.into_iter().eq(0..80));
    let (_, _, same) = train_val_test_split(&batch, 0.2, 0.1, 5).expect("both classes");
    let (_, _, other) = train_val_test_split(&batch, 0.2, 0.1, 6).expect("both classes");
    assert!(same.x == test.x && other.x != test.x);
    for (val, test) in [(0.0, 0.2), (0.2, -0.1), (0.5, 0.5), (f32::NAN, 0.2), (0.2, f32::INFINITY)] {
        assert!(problem(train_val_test_split(&batch, val, test, 0)).starts_with("fractions of "));
    }
    assert!(problem(train_val_test_split(&batch, 0.01, 0.2, 0)).contains("the validation part has"));
}

#[test]
fn bad_labels_folds_and_sizes_are_errors() {
    let folds = |y: &Array1<f32>, n_splits, n_repeats| {
        problem(RepeatedStratifiedKFold { n_splits, n_repeats, seed: 0 }.split(y))
    };
    let y = labels([9, 4], 0);
    assert_eq!(folds(&y, 5, 1), "5 folds, but class 1 has 4 samples: each fold needs one of each class");
    assert_eq!(folds(&y, 1, 3), "3 × 1 folds: use at least 1 repeat of 2 folds");
    assert!(folds(&y, 2, 0).contains("0 × 2 folds") && folds(&y, 0, 1).contains("1 × 0 folds"));
    assert!(folds(&y, 4, usize::MAX).contains("more than 1 GiB"));
    assert!(folds(&array![], 2, 1).contains("no samples"));
    assert_eq!(folds(&array![0.0, 2.0], 2, 1), "label 1 is 2: labels are 0 or 1");
    assert!(folds(&array![0.0, f32::NAN], 2, 1).contains("label 1 is NaN"));
    assert!(folds(&array![1.0, 1.0], 2, 1).contains("all labels are 1"));

    let score = |_: &[usize], _: &[usize]| Ok(0.5);
    let good = split(&y, 2, 2, 0);
    let mut leak = good.clone();
    let row = leak[1].1[0];
    leak[1].0.push(row);
    let mut beyond = good.clone();
    beyond[0].0.push(13);
    let mut untrained = good.clone();
    untrained[3].0.clear();
    for bad in [&good[..3], &[], &leak, &beyond, &untrained, &split(&labels([9, 5], 0), 2, 2, 0)] {
        assert!(problem(cross_validate(&y, bad, score)).contains("hold out each of the 13 rows once per repeat"));
    }
    assert!(problem(cross_validate(&y.mapv(|y| y + 1.0), &good, score)).contains("labels are 0 or 1"));

    let curve = |sizes: &[usize]| problem(learning_curve(&y, sizes, &good, 0, |_, _| Ok((0.5, 0.5))));
    assert_eq!(curve(&[]), "there are no training sizes: give at least one");
    for size in [0, 1, 7, usize::MAX] {
        assert!(curve(&[4, size]).starts_with(&format!("{size} training samples: with these folds there can be ")));
    }
    let by_class: Vec<Fold> = vec![((0..9).collect(), (9..13).collect()), ((9..13).collect(), (0..9).collect())];
    let problem_by_class = problem(learning_curve(&y, &[2], &by_class, 0, |_, _| Ok((0.5, 0.5))));
    assert!(problem_by_class.contains("one class alone"), "{problem_by_class}");

    let batch = Batch::new(Array2::zeros((13, 2)), y.clone());
    assert!(problem(validation_curve(&batch, &[], &good)).contains("no weight decays"));
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(problem(validation_curve(&batch, &[0.1, bad], &good)).contains("the weight decay is"), "{bad}");
    }
    let mut unlabelled = batch.clone();
    unlabelled.y = array![0.0, 1.0];
    assert!(problem(validation_curve(&unlabelled, &[0.1], &good)).contains("13 rows, but 2 labels"));
    assert!(problem(train_val_test_split(&unlabelled, 0.2, 0.2, 0)).contains("13 rows, but 2 labels"));
}
