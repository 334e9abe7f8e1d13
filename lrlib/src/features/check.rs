//! What every fit and every transform asks of its rows.

use ndarray::ArrayRef2;

use crate::error::{Error, Result};

/// Checks that `x` has rows and columns, and finite numbers only.
pub(super) fn check_rows(x: &ArrayRef2<f32>, name: &str) -> Result<()> {
    if x.is_empty() {
        let (n, d) = x.dim();
        return Err(Error::Config(format!("{name} needs at least one row and one column, not {n} × {d}")));
    }
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, column), value)) => Err(Error::Config(format!(
            "{name} needs finite numbers, but row {row}, column {column} is {value}: look at how it was computed"
        ))),
    }
}

/// Checks the rows, and that they are as long as those that `name` was fitted on.
pub(super) fn check_columns(x: &ArrayRef2<f32>, expected: usize, name: &str) -> Result<()> {
    check_rows(x, name)?;
    if x.ncols() == expected { Ok(()) } else { Err(wrong_length(x.ncols(), expected, name)) }
}

/// Returns the error of rows that are not as long as those that `name` was fitted on.
pub(super) fn wrong_length(found: usize, expected: usize, name: &str) -> Error {
    Error::Config(format!("{name} was fitted on rows of {expected} numbers, these have {found}: use the same feature"))
}
