//! What every fit and every transform asks of its rows.

use ndarray::{Array2, ArrayRef2};

use crate::error::{Error, Result};

/// Checks that `x` has rows of finite numbers, as many in a row as `name` was fitted on.
pub(super) fn check(x: &ArrayRef2<f32>, columns: usize, name: &str) -> Result<()> {
    let problem = if x.is_empty() {
        "needs at least one row and one column".into()
    } else if x.ncols() != columns {
        format!("was fitted on rows of {columns} numbers, not {}: use the same feature", x.ncols())
    } else if let Some(at) = x.iter().position(|x| !x.is_finite()) {
        format!("needs finite numbers; those of row {}, column {} are not", at / columns, at % columns)
    } else {
        return Ok(());
    };
    Err(Error::Config(format!("{name} {problem}")))
}

/// Returns the numbers as a matrix, row by row.
pub(super) fn matrix<T>(numbers: Vec<T>, columns: usize) -> Array2<T> {
    let rows = numbers.len() / columns.max(1);
    Array2::from_shape_vec((rows, columns), numbers).expect("whole rows")
}
