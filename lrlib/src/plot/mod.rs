//! The pictures and tables of the lessons: matplotlib's part.
//!
//! A [`Figure`] that is the last expression of a cell shows itself; so do an `ImageFolder`, a `ConfusionMatrix` and a
//! `History`, as tables.

mod figure;
mod table;
mod tables;
mod style;
mod picture;
mod lines;
mod history;
mod weights;

pub use figure::Figure;
pub use history::history;
pub use lines::{Line, lines};
pub use picture::{grid, image};
pub use weights::weights;
