//! Labels, checked once for all that divides them.

use ndarray::ArrayRef1;

use crate::error::{Error, Result};

/// Returns how many samples have label 0 and label 1, with at least one of each.
///
/// # Errors
/// [`Error::Config`] if there are no samples, a label is neither 0 nor 1, or a class has no samples.
pub(super) fn classes(y: &ArrayRef1<f32>) -> Result<[usize; 2]> {
    if y.is_empty() {
        return Err(Error::Config("there are no samples to divide: give at least one of each class".into()));
    }
    if let Some(at) = y.iter().position(|y| ![0.0, 1.0].contains(y)) {
        return Err(Error::Config(format!("label {at} is {}: labels are 0 or 1", y[at])));
    }
    let ones = y.iter().filter(|&&y| y > 0.5).count();
    let counts = [y.len() - ones, ones];
    if let Some(class) = counts.iter().position(|&count| count == 0) {
        return Err(Error::Config(format!("all labels are {}: both classes need samples", 1 - class)));
    }
    Ok(counts)
}
