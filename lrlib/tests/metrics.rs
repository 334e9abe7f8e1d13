//! Every metric equals scikit-learn's or statsmodels' on generated cases: `metrics.py` beside this file wrote them.

use std::collections::HashMap;

use lrlib::{Result, metrics};
use ndarray::{Array1, array};

/// The numbers of one case, by name.
struct Case(HashMap<&'static str, Vec<f64>>);

impl Case {
    fn numbers(&self, name: &str) -> &[f64] {
        self.0.get(name).unwrap_or_else(|| panic!("no numbers {name}"))
    }

    fn array(&self, name: &str) -> Array1<f32> {
        self.numbers(name).iter().map(|&number| number as f32).collect()
    }

    fn check(&self, name: &str, ours: &[f64]) {
        let theirs = self.numbers(name);
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-9, "{name}: {ours}, not {theirs}");
        }
    }
}

fn cases() -> Vec<Case> {
    let numbers = |text: &str| text.split(',').map(|number| number.parse().expect("a number")).collect();
    let named = |part: &'static str| part.split_once('=').map(|(name, text)| (name, numbers(text))).expect("a name");
    include_str!("metrics.txt").lines().map(|line| Case(line.split(' ').map(named).collect())).collect()
}

#[test]
fn metrics_equal_scikit_learns() -> Result<()> {
    assert_eq!(cases().len(), 50);
    for case in cases() {
        let (y, p, bins) = (case.array("y"), case.array("p"), case.numbers("bins")[0] as usize);
        case.check("precision", &[metrics::precision(&y, &p)?]);
        case.check("recall", &[metrics::recall(&y, &p)?]);
        case.check("f1_score", &[metrics::f1_score(&y, &p)?]);
        case.check("balanced_accuracy", &[metrics::balanced_accuracy(&y, &p)?]);
        case.check("matthews_corrcoef", &[metrics::matthews_corrcoef(&y, &p)?]);
        case.check("log_loss", &[metrics::log_loss(&y, &p)?]);
        case.check("brier_score", &[metrics::brier_score(&y, &p)?]);
        case.check("roc_auc_score", &[metrics::roc_auc_score(&y, &p)?]);
        case.check("average_precision_score", &[metrics::average_precision_score(&y, &p)?]);
        case.check("expected_calibration_error", &[metrics::expected_calibration_error(&y, &p, bins)?]);
        case.check("mcnemar", &[metrics::mcnemar(&y, &p, &case.array("other"))?.p_value]);
    }
    Ok(())
}

#[test]
fn curves_equal_scikit_learns() -> Result<()> {
    for case in cases() {
        let (y, p, bins) = (case.array("y"), case.array("p"), case.numbers("bins")[0] as usize);
        let roc = metrics::roc_curve(&y, &p)?;
        case.check("fpr", &roc.iter().map(|point| point.false_positive_rate).collect::<Vec<_>>());
        case.check("tpr", &roc.iter().map(|point| point.true_positive_rate).collect::<Vec<_>>());
        let curve = metrics::precision_recall_curve(&y, &p)?;
        case.check("precisions", &curve.iter().map(|point| point.precision).collect::<Vec<_>>());
        case.check("recalls", &curve.iter().map(|point| point.recall).collect::<Vec<_>>());
        let calibration = metrics::calibration_curve(&y, &p, bins)?;
        case.check("calibration_share", &calibration.iter().map(|bin| bin.share).collect::<Vec<_>>());
        case.check("calibration_mean", &calibration.iter().map(|bin| bin.mean_probability).collect::<Vec<_>>());
        assert_eq!(calibration.iter().map(|bin| bin.count).sum::<usize>(), y.len());
        // In f32, as the accuracy of a lesson is.
        let (low, high) = metrics::wilson_interval(metrics::accuracy(&y, &p), y.len());
        let [their_low, their_high] = case.numbers("wilson") else { panic!("two ends") };
        assert!((f64::from(low) - their_low).abs() < 1e-6 && (f64::from(high) - their_high).abs() < 1e-6);
    }
    Ok(())
}

type OneNumber = fn(&Array1<f32>, &Array1<f32>) -> Result<f64>;

#[test]
fn bad_input_is_one_clear_error() {
    let all: [OneNumber; 10] = [
        |y, p| metrics::precision(y, p),
        |y, p| metrics::recall(y, p),
        |y, p| metrics::f1_score(y, p),
        |y, p| metrics::balanced_accuracy(y, p),
        |y, p| metrics::matthews_corrcoef(y, p),
        |y, p| metrics::log_loss(y, p),
        |y, p| metrics::brier_score(y, p),
        |y, p| metrics::roc_auc_score(y, p),
        |y, p| metrics::average_precision_score(y, p),
        |y, p| metrics::expected_calibration_error(y, p, 10),
    ];
    for (y, p, wanted) in [
        (array![0.0, 1.0], array![0.5], "2 labels, but 1 scores"),
        (array![], array![], "at least one sample"),
        (array![0.0, 2.0], array![0.5, 0.5], "label 1 is 2"),
        (array![0.2, 1.0], array![0.0, 1.0], "label 0 is 0.2: labels are 0 or 1; is the first argument the labels?"),
        (array![0.0, f32::NAN], array![0.5, 0.5], "label 1 is NaN"),
        (array![0.0, 1.0], array![f32::NAN, 0.5], "score 0 is NaN"),
    ] {
        for metric in all {
            let problem = metric(&y, &p).expect_err(wanted).to_string();
            assert!(problem.contains(wanted) && !problem.contains('\n'), "{problem}");
        }
    }
    let (y, logits) = (array![0.0, 1.0], array![-3.0, 2.0]);
    for metric in [all[5], all[6], all[9]] {
        assert!(metric(&y, &logits).expect_err("no probability").to_string().contains("are these logits?"));
    }
    for metric in [all[7], all[8]] {
        let problem = metric(&array![1.0, 1.0], &array![0.2, 0.3]).expect_err("one class").to_string();
        assert!(problem.contains("all labels are 1") && problem.contains("both classes"), "{problem}");
    }
    assert!(metrics::calibration_curve(&y, &array![0.1, 0.2], 0).is_err());
    assert!(metrics::calibration_curve(&y, &array![0.1, 0.2], usize::MAX).is_err());
    assert!(metrics::mcnemar(&y, &array![0.1, 0.2], &array![0.1]).is_err());
}

#[test]
fn one_class_alone_has_the_values_that_scikit_learn_gives() -> Result<()> {
    let (y, p) = (array![0.0, 0.0], array![0.9, 0.1]);
    // sklearn.metrics: precision_score([0, 0], [1, 0], zero_division=0) and so on; balanced_accuracy_score is 0.5.
    assert_eq!((metrics::precision(&y, &p)?, metrics::recall(&y, &p)?, metrics::f1_score(&y, &p)?), (0.0, 0.0, 0.0));
    assert_eq!((metrics::balanced_accuracy(&y, &p)?, metrics::matthews_corrcoef(&y, &p)?), (0.5, 0.0));
    Ok(())
}

#[test]
fn a_bootstrap_repeats_with_its_seed() -> Result<()> {
    let y: Array1<f32> = (0..60).map(|i| (i % 2) as f32).collect();
    let p: Array1<f32> = (0..60).map(|i| ((i * 37) % 60) as f32 / 120.0 + (i % 2) as f32 / 4.0).collect();
    let interval = |seed, method| metrics::bootstrap_interval(&y, &p, metrics::roc_auc_score, 500, seed, method);
    for method in [metrics::Bootstrap::Percentile, metrics::Bootstrap::Bca] {
        assert_eq!(interval(1, method)?, interval(1, method)?);
        assert_ne!(interval(1, method)?, interval(2, method)?);
        let (low, high) = interval(1, method)?;
        let auc = metrics::roc_auc_score(&y, &p)?;
        assert!(low < auc && auc < high, "{low} {auc} {high}");
    }
    assert!(metrics::bootstrap_interval(&y, &p, metrics::roc_auc_score, 3, 0, metrics::Bootstrap::Bca).is_err());
    Ok(())
}
