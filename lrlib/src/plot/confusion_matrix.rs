//! A confusion matrix as a picture.

use plotters::prelude::{Color as _, Rectangle};

use super::{
    figure::Figure,
    style::{PALETTE, draw, px},
    text::Text,
};
use crate::{
    error::{Error, Result},
    metrics::ConfusionMatrix,
};

/// The least width of a cell, and its height, on a page.
const CELL: (f64, f64) = (124.0, 92.0);
/// How much of the colour a cell with nothing of its row has, and one with all: black is legible on both.
const SHADES: (f64, f64) = (0.05, 0.7);

/// Draws the counts, each with its percentage of the row, in cells that are darker where this is larger: scikit-learn's
/// `ConfusionMatrixDisplay`. The truth chooses the row, the prediction the column.
///
/// ```
/// use lrlib::{metrics::ConfusionMatrix, plot};
/// let matrix = ConfusionMatrix { classes: ["ants".into(), "bees".into()], counts: [[56, 14], [33, 50]] };
/// let figure = plot::confusion_matrix(&matrix)?;
/// assert!(figure.alt().starts_with("Confusion matrix: of 70 ants, 56 (80.0 %) are called ants and 14 (20.0 %) bees; of 83"));
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Plot`](crate::Error::Plot) if there are no samples, or it cannot be drawn.
pub fn confusion_matrix(matrix: &ConfusionMatrix) -> Result<Figure> {
    let ConfusionMatrix { classes, counts } = matrix;
    if matrix.num_samples() == 0 {
        return Err(Error::Plot("a confusion matrix needs at least one sample to be drawn".into()));
    }
    let totals = counts.map(|row| row.iter().sum::<usize>());
    // 0 % of a class without samples.
    let share = |truth: usize, answer: usize| counts[truth][answer] as f64 / totals[truth].max(1) as f64;
    let percent = |truth, answer| format!("{:.1} %", 100.0 * share(truth, answer));
    let row = |truth: usize| {
        let [zeros, ones] = [0, 1].map(|answer| format!("{} ({})", counts[truth][answer], percent(truth, answer)));
        format!("of {} {}, {zeros} are called {} and {ones} {}", totals[truth], classes[truth], classes[0], classes[1])
    };
    let alt = format!("Confusion matrix: {}; {}", row(0), row(1));

    let (name, count, small) = (Text::new(13.0), Text { bold: true, ..Text::new(20.0) }, Text::new(12.0));
    let widest = classes.iter().map(|class| name.width(class)).max().unwrap_or(0);
    let (width, height) = (px(CELL.0).max(widest + px(16.0)), px(CELL.1));
    let (left, top) = (px(48.0) + widest, px(64.0));
    let page = |length: i32| length.cast_unsigned() / px(1.0).cast_unsigned();
    draw((page(left + 2 * width + px(30.0)), page(top + 2 * height + px(42.0))), alt, |canvas| {
        Text { bold: true, ..Text::new(15.0) }.write(canvas, "Confusion matrix", (left + width, px(20.0)))?;
        name.write(canvas, "predicted", (left + width, top + 2 * height + px(20.0)))?;
        Text { upright: true, ..name }.write(canvas, "true", (px(16.0), top + height))?;
        let (x, y) = ([left, left + width], [top, top + height]);
        for truth in [0, 1] {
            let line = y[truth] + height / 2;
            name.anchor(1.0).write(canvas, &classes[truth], (left - px(9.0), line))?;
            name.write(canvas, &classes[truth], (x[truth] + width / 2, top - px(12.0)))?;
            for answer in [0, 1] {
                let middle = x[answer] + width / 2;
                let color = PALETTE[0].mix(SHADES.0 + (SHADES.1 - SHADES.0) * share(truth, answer));
                let corners = [(x[answer], y[truth]), (x[answer] + width - px(2.0), y[truth] + height - px(2.0))];
                canvas.draw(&Rectangle::new(corners, color.filled())).map_err(|e| e.to_string())?;
                count.write(canvas, &counts[truth][answer].to_string(), (middle, line - px(9.0)))?;
                small.write(canvas, &percent(truth, answer), (middle, line + px(14.0)))?;
            }
        }
        Ok(())
    })
}
