//! A test set, put aside before anything is tried.

use super::classes::classes;
use crate::{
    datasets::Batch,
    error::{Error, Result},
};

/// Returns three parts: the samples to train on, about `val_fraction` of each class to choose with, and about
/// `test_fraction` of each class to measure with, once, at the end. Rows are drawn at random by `seed` and keep their order.
///
/// ```
/// use lrlib::{datasets::Batch, model_selection::train_val_test_split, ndarray::{Array1, Array2}};
/// let y = Array1::from_iter((0..20).map(|i| if i < 10 { 0.0 } else { 1.0 }));
/// let (train, val, test) = train_val_test_split(&Batch::new(Array2::zeros((20, 3)), y), 0.2, 0.3, 0)?;
/// assert_eq!((train.num_samples(), val.num_samples(), test.num_samples()), (10, 4, 6));
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Config`] if a fraction is not above 0, the two leave nothing to train on, a label is neither 0 nor 1, or a part
/// would have no sample of a class.
pub fn train_val_test_split(
    batch: &Batch,
    val_fraction: f32,
    test_fraction: f32,
    seed: u64,
) -> Result<(Batch, Batch, Batch)> {
    batch.check("given", batch.num_features())?;
    if !(val_fraction > 0.0 && test_fraction > 0.0 && val_fraction + test_fraction < 1.0) {
        return Err(Error::Config(format!(
            "fractions of {val_fraction} for validation and {test_fraction} for testing: both must be above 0, and their sum \
             below 1"
        )));
    }
    let (rest, test) = batch.split(test_fraction, seed);
    // Another seed: the same random numbers must not choose twice.
    let (train, val) = rest.split(val_fraction / (1.0 - test_fraction), !seed);
    for (name, part) in [("training", &train), ("validation", &val), ("test", &test)] {
        classes(&part.y).map_err(|_| {
            Error::Config(format!(
                "the {name} part has {} samples, not of both classes: use more samples or other fractions",
                part.num_samples()
            ))
        })?;
    }
    Ok((train, val, test))
}
