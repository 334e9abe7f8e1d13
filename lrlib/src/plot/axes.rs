//! Curves over common axes.

use super::{
    figure::Figure,
    scale::Scale,
    style::{Canvas, Drawn, GREY, GRID, PALETTE, dashes, draw, px, stroke},
    text::Text,
    words::{in_words, plain},
};
use crate::error::{Error, Result};

/// Sizes on a page: a figure, and the least distance of names at the lines' ends.
const SIZE: (u32, u32) = (600, 380);
const NAMES_APART: f64 = 16.0;

/// A name, points (x, y), and whether the line is dashed.
type Line = (String, Vec<(f32, f32)>, bool);

/// Named curves over common axes: matplotlib's `Axes`.
///
/// ```
/// use lrlib::plot;
/// let square: Vec<(f32, f32)> = (0..=20).map(|x| (x as f32, (x * x) as f32)).collect();
/// let figure = plot::Axes::new("A parabola", "x", "x²").plot("x²", square).axhline("half", 200.0).figure()?;
/// assert_eq!(figure.alt(), "A parabola: x² over x; x² rises from 0.0000 to 400.0000; dashed: half at 200");
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Axes {
    title: String,
    x_label: String,
    y_label: String,
    lines: Vec<Line>,
    across: Vec<(String, f32)>,
    upright: Vec<(String, f32)>,
    log: (bool, bool),
    size: (u32, u32),
}

impl Axes {
    /// Returns axes without a line.
    pub fn new(title: &str, x_label: &str, y_label: &str) -> Self {
        let (title, x_label, y_label) = (title.into(), x_label.into(), y_label.into());
        Self {
            title,
            x_label,
            y_label,
            lines: vec![],
            across: vec![],
            upright: vec![],
            log: (false, false),
            size: SIZE,
        }
    }

    /// Adds a line through points (x, y), with its name at its right end.
    pub fn plot(mut self, name: &str, points: Vec<(f32, f32)>) -> Self {
        self.lines.push((name.into(), points, false));
        self
    }

    /// Adds a dashed grey line through points (x, y), with its name at its right end: something to compare with.
    pub fn dashed(mut self, name: &str, points: Vec<(f32, f32)>) -> Self {
        self.lines.push((name.into(), points, true));
        self
    }

    /// Adds a dashed line at the height y.
    pub fn axhline(mut self, name: &str, y: f32) -> Self {
        self.across.push((name.into(), y));
        self
    }

    /// Adds a dashed upright line at x.
    pub fn axvline(mut self, name: &str, x: f32) -> Self {
        self.upright.push((name.into(), x));
        self
    }

    /// Makes the x axis logarithmic: points with an x of 0 or less are left out.
    pub fn log_x(mut self) -> Self {
        self.log.0 = true;
        self
    }

    /// Makes the y axis logarithmic: points with a y of 0 or less are left out.
    pub fn log_y(mut self) -> Self {
        self.log.1 = true;
        self
    }

    /// Sets width and height on a page, in pixels; otherwise they are 600 and 380.
    pub(super) fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    /// Draws the figure.
    ///
    /// # Errors
    /// [`Error::Plot`](crate::Error::Plot) if there is no point, a coordinate is not finite, or it cannot be drawn.
    pub fn figure(&self) -> Result<Figure> {
        self.first(usize::MAX)
    }

    /// Draws the figure with only the first `count` points of each line, on the axes of all of them.
    pub(super) fn first(&self, count: usize) -> Result<Figure> {
        let (x, y) = self.scales()?;
        draw(self.size, self.alt(), |canvas| self.draw(canvas, x, y, count))
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.lines.iter().flat_map(|(_, points, _)| points).map(|&(x, y)| (x.into(), y.into()))
    }

    fn scales(&self) -> Result<(Scale, Scale)> {
        let across = self.across.iter().map(|(_, y)| f64::from(*y));
        let upright = self.upright.iter().map(|(_, x)| f64::from(*x));
        let x = Scale::new(self.points().map(|(x, _)| x).chain(upright), self.log.0, 0.0);
        let y = Scale::new(self.points().map(|(_, y)| y).chain(across), self.log.1, 0.05);
        let problem = || Error::Plot(format!("cannot plot \"{}\": it needs points, and finite ones", self.title));
        x.zip(y).filter(|_| self.points().next().is_some()).ok_or_else(problem)
    }

    /// `Loss: binary cross-entropy over epoch; train falls from 0.6931 to 0.5751; dashed: ln 2 at 0.693`
    pub(super) fn alt(&self) -> String {
        let Self { title, x_label, y_label, .. } = self;
        let lines = self.lines.iter().map(|(name, points, _)| in_words(name, points));
        let dashed = self.across.iter().chain(&self.upright);
        let dashed = dashed.map(|(name, value)| format!("dashed: {name} at {}", plain(*value)));
        let parts: Vec<String> = lines.chain(dashed).collect();
        format!("{title}: {y_label} over {x_label}; {}", parts.join("; "))
    }

    fn draw(&self, canvas: &Canvas<'_>, x: Scale, y: Scale, count: usize) -> Drawn {
        let (name, small) = (Text::new(13.0).anchor(0.0), Text::new(12.0));
        let widest =
            |texts: &mut dyn Iterator<Item = &str>, text: Text| texts.map(|t| text.width(t)).max().unwrap_or(0);
        let (x_ticks, y_ticks) = (x.ticks(7), y.ticks(6));
        let mut names =
            self.lines.iter().map(|line| line.0.as_str()).chain(self.across.iter().map(|line| line.0.as_str()));
        let (width, height) = (canvas.dim_in_pixel().0.cast_signed(), canvas.dim_in_pixel().1.cast_signed());
        let left = px(46.0) + widest(&mut y_ticks.iter().map(|tick| tick.1.as_str()), small);
        let right = width - px(22.0) - widest(&mut names, name);
        // The names of upright lines are above them, below the title.
        let (top, bottom) = (px(if self.upright.is_empty() { 44.0 } else { 58.0 }), height - px(52.0));
        let column = |value: f64| x.place(value).map(|part| left + (part * f64::from(right - left)).round() as i32);
        let line = |value: f64| y.place(value).map(|part| bottom - (part * f64::from(bottom - top)).round() as i32);

        for (at, text) in x_ticks.iter().filter_map(|(value, text)| Some((column(*value)?, text))) {
            stroke(canvas, &[(at, top), (at, bottom)], GRID, 0.75)?;
            small.write(canvas, text, (at, bottom + px(14.0)))?;
        }
        for (at, text) in y_ticks.iter().filter_map(|(value, text)| Some((line(*value)?, text))) {
            stroke(canvas, &[(left, at), (right, at)], GRID, 0.75)?;
            small.anchor(1.0).write(canvas, text, (left - px(8.0), at))?;
        }
        stroke(canvas, &[(left, top), (left, bottom), (right, bottom)], GREY, 1.0)?;
        let middle = (i32::midpoint(left, right), i32::midpoint(top, bottom));
        Text { bold: true, ..Text::new(15.0) }.write(canvas, &self.title, (middle.0, px(20.0)))?;
        Text::new(13.0).write(canvas, &self.x_label, (middle.0, height - px(17.0)))?;
        Text { upright: true, ..Text::new(13.0) }.write(canvas, &self.y_label, (px(16.0), middle.1))?;

        let mut ends = Vec::new();
        for (text, at) in self.across.iter().filter_map(|(text, y)| Some((text, line(f64::from(*y))?))) {
            dashes(canvas, (left, at), (right, at), GREY)?;
            ends.push((at, right, text, GREY));
        }
        for (text, at) in self.upright.iter().filter_map(|(text, x)| Some((text, column(f64::from(*x))?))) {
            dashes(canvas, (at, bottom), (at, top), GREY)?;
            name.color(GREY).anchor(0.5).write(canvas, text, (at, top - px(8.0)))?;
        }
        let mut colors = PALETTE.into_iter().cycle();
        for (text, points, dashed) in &self.lines {
            let points = points.iter().take(count).map(|&(x, y)| (f64::from(x), f64::from(y)));
            let mut places: Vec<_> = points.filter_map(|(x, y)| Some((column(x)?, line(y)?))).collect();
            places.dedup();
            let color = if *dashed { GREY } else { colors.next().unwrap_or(GREY) };
            if *dashed {
                places.windows(2).try_for_each(|ends| dashes(canvas, ends[0], ends[1], color))?;
            } else {
                stroke(canvas, &places, color, 2.0)?;
            }
            ends.extend(places.iter().max_by_key(|place| place.0).map(|&(x, y)| (y, x, text, color)));
        }
        ends.sort_by_key(|end| end.0);
        let heights = moved_apart(ends.iter().map(|end| end.0).collect(), px(NAMES_APART), bottom);
        for ((_, x, text, color), y) in ends.into_iter().zip(heights) {
            name.color(color).write(canvas, text, (x + px(7.0), y))?;
        }
        Ok(())
    }
}

/// Moves sorted heights so that neighbours are at least `apart`, and none is below `bottom`.
fn moved_apart(mut heights: Vec<i32>, apart: i32, bottom: i32) -> Vec<i32> {
    for at in 1..heights.len() {
        heights[at] = heights[at].max(heights[at - 1] + apart);
    }
    let mut limit = bottom;
    for height in heights.iter_mut().rev() {
        *height = (*height).min(limit);
        limit = *height - apart;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_overlap() {
        assert_eq!(moved_apart(vec![10, 12, 50], 20, 100), [10, 30, 50]);
        assert_eq!(moved_apart(vec![90, 95, 100], 20, 100), [60, 80, 100]);
    }
}
