//! What is around curves: a title, two axes, their numbers and a grid.

use super::{
    scale::Scale,
    style::{Canvas, GREY, GRID, px, stroke},
    text::Text,
};

/// Where on a canvas the curves are.
pub(super) struct Frame {
    x: Scale,
    y: Scale,
    pub(super) left: i32,
    pub(super) right: i32,
    top: i32,
    pub(super) bottom: i32,
}

impl Frame {
    /// Draws title, names and numbers of the axes, and the grid, with so much room above and at the right.
    pub(super) fn draw(
        canvas: &Canvas<'_>,
        (x, y): (Scale, Scale),
        [title, x_label, y_label]: [&str; 3],
        top: i32,
        right: i32,
    ) -> Result<Self, String> {
        let (small, x_ticks, y_ticks) = (Text::new(12.0), x.ticks(7), y.ticks(6));
        let (width, height) = (canvas.dim_in_pixel().0.cast_signed(), canvas.dim_in_pixel().1.cast_signed());
        let left = px(46.0) + y_ticks.iter().map(|tick| small.width(&tick.1)).max().unwrap_or(0);
        let (right, bottom) = (width - px(22.0) - right, height - px(52.0));
        let frame = Self { x, y, left, right, top, bottom };
        for (at, text) in x_ticks.iter().filter_map(|(value, text)| Some((frame.column(*value)?, text))) {
            stroke(canvas, &[(at, top), (at, bottom)], GRID, 0.75)?;
            small.write(canvas, text, (at, bottom + px(14.0)))?;
        }
        for (at, text) in y_ticks.iter().filter_map(|(value, text)| Some((frame.line(*value)?, text))) {
            stroke(canvas, &[(left, at), (right, at)], GRID, 0.75)?;
            small.anchor(1.0).write(canvas, text, (left - px(8.0), at))?;
        }
        stroke(canvas, &[(left, top), (left, bottom), (right, bottom)], GREY, 1.0)?;
        let middle = (i32::midpoint(left, right), i32::midpoint(top, bottom));
        Text { bold: true, ..Text::new(15.0) }.write(canvas, title, (middle.0, px(20.0)))?;
        Text::new(13.0).write(canvas, x_label, (middle.0, height - px(17.0)))?;
        Text { upright: true, ..Text::new(13.0) }.write(canvas, y_label, (px(16.0), middle.1))?;
        Ok(frame)
    }

    /// Returns the column of the canvas for this x; `None` for what the axis cannot show.
    pub(super) fn column(&self, x: impl Into<f64>) -> Option<i32> {
        let part = self.x.place(x.into())?;
        Some(self.left + (part * f64::from(self.right - self.left)).round() as i32)
    }

    /// Returns the line of the canvas for this y.
    pub(super) fn line(&self, y: impl Into<f64>) -> Option<i32> {
        let part = self.y.place(y.into())?;
        Some(self.bottom - (part * f64::from(self.bottom - self.top)).round() as i32)
    }
}
