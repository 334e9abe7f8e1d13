//! The pictures and tables of the lessons: matplotlib's part.
//!
//! A [`Figure`] that is the last expression of a cell shows itself; so do an [`Animation`], and, as tables, an
//! `ImageFolder`, a `ConfusionMatrix` and a `History`.

mod figure;
mod table;
mod tables;
mod style;
mod text;
mod scale;
mod words;
mod frame;
mod axes;
mod confusion_matrix;
mod history;
mod picture;
mod weights;
mod heat_map;
mod animation;

pub use animation::{Animation, training};
pub use axes::Axes;
pub use confusion_matrix::confusion_matrix;
pub use figure::Figure;
pub use heat_map::heat_map;
pub use history::history;
pub use picture::{grid, image, outline, strip};
pub use weights::weights;
