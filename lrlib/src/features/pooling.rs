//! How much each place of a picture counts.

use crate::error::{Error, Result};

/// The weights of a picture's places: large in the middle, where the insect is.
///
/// A place (x, y), as fractions of width and height, has the weight exp(−((x − ½)² + (y − ½)²) / 2σ²).
///
/// ```
/// use lrlib::features::{Pooling, Region};
/// let everywhere_the_same = Pooling { sigma: f32::INFINITY, ..Pooling::default() };
/// let without_the_insect = Pooling { region: Region::Surround(0.5), ..Pooling::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooling {
    /// σ, as a fraction of each side; infinite for equal weights.
    pub sigma: f32,
    /// The part of the picture that counts at all.
    pub region: Region,
}

/// A part of a picture. What is masked out has no effect at all: a patch counts only if no pixel of it is masked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Region {
    /// The whole picture.
    Whole,
    /// The box in the middle whose sides are this fraction of the picture's: the surroundings are masked out.
    Center(f32),
    /// All but that box: the middle is masked out.
    Surround(f32),
}

/// σ = 0.22, the whole picture.
impl Default for Pooling {
    fn default() -> Self {
        Self { sigma: 0.22, region: Region::Whole }
    }
}

impl Pooling {
    /// Checks σ and the fraction.
    pub(super) fn check(&self) -> Result<()> {
        let fraction = match self.region {
            Region::Whole => 1.0,
            Region::Center(fraction) | Region::Surround(fraction) => fraction,
        };
        if self.sigma > 0.0 && (0.0..=1.0).contains(&fraction) {
            return Ok(());
        }
        Err(Error::Config(format!("{self:?}: use a sigma above 0 and a fraction of the sides in 0 … 1")))
    }

    /// Returns the weight of the square patch of `size` pixels that begins at (x, y) = `start`, in a picture with these sides.
    pub(super) fn weight(&self, start: [usize; 2], size: usize, sides: [usize; 2]) -> f32 {
        // Distances from the middle of the picture, as fractions of the side.
        let share = |axis: usize, pixels: f32| pixels / sides[axis] as f32;
        let half = size as f32 / 2.0;
        let off = [0, 1].map(|axis| (share(axis, start[axis] as f32 + half) - 0.5).abs());
        let [nearest, farthest] = [-half, half].map(|half| [0, 1].map(|axis| off[axis] + share(axis, half)));
        let counts = match self.region {
            Region::Whole => true,
            Region::Center(fraction) => farthest.iter().all(|&edge| edge <= fraction / 2.0),
            Region::Surround(fraction) => nearest.iter().any(|&edge| edge >= fraction / 2.0),
        };
        let square = off.iter().map(|off| off * off).sum::<f32>();
        if counts { (-square / (2.0 * self.sigma * self.sigma)).exp() } else { 0.0 }
    }
}

/// Divides the numbers by their sum.
pub(super) fn normalize(numbers: &mut [f32]) -> Result<()> {
    let sum: f32 = numbers.iter().sum();
    if sum <= 0.0 {
        return Err(Error::Config("no patch lies in the region that counts: use a larger region".into()));
    }
    numbers.iter_mut().for_each(|number| *number /= sum);
    Ok(())
}
