//! Columns of mean 0 and deviation 1.

use ndarray::{Array1, Array2, ArrayRef2, Axis};

use super::check::{check_columns, check_rows};
use crate::error::Result;

/// Subtracts each column's mean and divides by its standard deviation: `sklearn.preprocessing.StandardScaler`. A constant
/// column becomes 0.
///
/// ```
/// use lrlib::{features::Standardize, ndarray::array};
/// let train = array![[1.0, 7.0], [3.0, 7.0]]; // means 2 and 7, deviations 1 and 0
/// let scaler = Standardize::fit(&train)?;
/// assert_eq!(scaler.transform(&array![[5.0, 7.0]])?, array![[3.0, 0.0]]);
/// assert_eq!(format!("{scaler:?}"), "Standardize(2 columns, 1 constant, fitted on 2 rows)");
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct Standardize {
    /// The mean of each column, shape (d).
    pub mean: Array1<f32>,
    /// The standard deviation of each column, dividing by n, shape (d); 1 for a constant one.
    pub scale: Array1<f32>,
    constant: usize,
    rows: usize,
}

impl Standardize {
    /// Computes means and deviations of the columns of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if there are no rows, or a number is not finite.
    pub fn fit(x: &ArrayRef2<f32>) -> Result<Self> {
        check_rows(x, "Standardize")?;
        let columns = x.axis_iter(Axis(1)).map(|column| {
            let column = column.mapv(f64::from);
            let (mean, std) = (column.sum() / column.len() as f64, column.std(0.0));
            // What rounding leaves of a constant column is not its deviation.
            let is_constant = column.iter().all(|&value| value.to_bits() == column[0].to_bits());
            (mean as f32, if is_constant { 0.0 } else { std as f32 })
        });
        let (mean, std): (Vec<f32>, Vec<f32>) = columns.unzip();
        let scale: Array1<f32> = std.iter().map(|&std| if std > 0.0 { std } else { 1.0 }).collect();
        let constant = std.iter().filter(|&&std| std <= 0.0).count();
        Ok(Self { mean: mean.into(), scale, constant, rows: x.nrows() })
    }

    /// Returns (x − mean) / scale. Shapes (n, d) → (n, d).
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the rows are of another length than those fitted on, or not finite.
    pub fn transform(&self, x: &ArrayRef2<f32>) -> Result<Array2<f32>> {
        check_columns(x, self.mean.len(), "Standardize")?;
        Ok((&x.view() - &self.mean) / &self.scale)
    }
}

/// `Standardize(512 columns, 31 constant, fitted on 244 rows)`
impl std::fmt::Debug for Standardize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { constant, rows, mean, .. } = self;
        write!(f, "Standardize({} columns, {constant} constant, fitted on {rows} rows)", mean.len())
    }
}
