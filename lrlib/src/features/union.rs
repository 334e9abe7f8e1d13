//! Several features as one vector.

use std::ops::Range;

use ndarray::{Array2, Axis, concatenate};

use super::check::check_rows;
use crate::error::{Error, Result};

/// The vectors of several features side by side, under their names: `sklearn.pipeline.FeatureUnion`.
///
/// Each row of each of the m parts is scaled to length 1/√m. So no part outweighs another, the whole has length 1, and the
/// dot product of two rows is the mean of the parts' cosines: their kernels are added.
///
/// ```
/// use lrlib::{features::Union, ndarray::array};
/// let union = Union::new(&[("color", &array![[3.0, 4.0]]), ("texture", &array![[0.0, 0.0, 2.0]])])?;
/// assert!((union.x[[0, 1]] - 0.8 / 2.0_f32.sqrt()).abs() < 1e-6);
/// assert_eq!(union.columns("texture"), Some(2..5));
/// assert_eq!(format!("{union:?}"), "Union(1 row: color 2 + texture 3 = 5 numbers)");
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct Union {
    /// The vectors, shape (n, d).
    pub x: Array2<f32>,
    parts: Vec<(String, Range<usize>)>,
}

impl Union {
    /// Joins parts of shape (n, dᵢ).
    ///
    /// # Errors
    /// [`Error::Config`] if there are no parts, they differ in the number of rows, or a number is not finite.
    pub fn new(parts: &[(&str, &Array2<f32>)]) -> Result<Self> {
        let (mut scaled, mut ranges, mut start) = (Vec::new(), Vec::new(), 0);
        for &(name, x) in parts {
            check_rows(x, name)?;
            let mut x = x.clone();
            for mut row in x.rows_mut() {
                let length = row.dot(&row).sqrt() * (parts.len() as f32).sqrt();
                row /= length.max(f32::MIN_POSITIVE);
            }
            ranges.push((name.to_owned(), start..start + x.ncols()));
            start += x.ncols();
            scaled.push(x);
        }
        let views: Vec<_> = scaled.iter().map(|x| x.view()).collect();
        let x = concatenate(Axis(1), &views).map_err(|_| {
            let rows: Vec<String> = parts.iter().map(|(name, x)| format!("{name} has {}", x.nrows())).collect();
            Error::Config(format!("parts of one vector need the same rows: {}", rows.join(", ")))
        })?;
        Ok(Self { x, parts: ranges })
    }

    /// Returns where a part's numbers are in a row.
    #[must_use]
    pub fn columns(&self, name: &str) -> Option<Range<usize>> {
        self.parts.iter().find(|(part, _)| part == name).map(|(_, columns)| columns.clone())
    }
}

/// `Union(244 rows: gradients 4096 + colors 4096 = 8192 numbers)`
impl std::fmt::Debug for Union {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = self.parts.iter().map(|(name, columns)| format!("{name} {}", columns.len())).collect();
        let (n, d) = self.x.dim();
        write!(f, "Union({n} row{}: {} = {d} numbers)", if n == 1 { "" } else { "s" }, parts.join(" + "))
    }
}
