//! Curves over common axes.

use plotters::prelude::{Color as _, Polygon, RGBColor};

use super::{
    figure::Figure,
    frame::Frame,
    scale::Scale,
    style::{Canvas, Drawn, GREY, PALETTE, dashes, draw, px, stroke},
    text::Text,
    words::{in_words, plain},
};
use crate::error::{Error, Result};

/// Sizes on a page: a figure, and the least distance of names at the lines' ends.
const SIZE: (u32, u32) = (600, 380);
const NAMES_APART: f64 = 16.0;

/// A name, points (x, y), and whether the line is dashed.
type Line = (String, Vec<(f32, f32)>, bool);
/// A name, and x, low and high of each point.
type Band = (String, Vec<(f32, f32, f32)>);

/// Named curves over common axes: matplotlib's `Axes`.
///
/// ```
/// use lrlib::plot;
/// let square: Vec<(f32, f32)> = (0..=20).map(|x| (x as f32, (x * x) as f32)).collect();
/// let figure = plot::Axes::new("A parabola", "x", "x²").plot("x²", square).axhline("half", 200.0).figure()?;
/// assert_eq!(figure.alt(), "A parabola: x² over x; x² rises from 0.0000 to 400.0000; dashed: half at 200");
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Axes {
    title: String,
    x_label: String,
    y_label: String,
    lines: Vec<Line>,
    bands: Vec<Band>,
    across: Vec<(String, f32)>,
    upright: Vec<(String, f32)>,
    log: (bool, bool),
    size: (u32, u32),
}

impl Axes {
    /// Returns axes without a line.
    pub fn new(title: &str, x_label: &str, y_label: &str) -> Self {
        let [title, x_label, y_label] = [title, x_label, y_label].map(String::from);
        Self { title, x_label, y_label, size: SIZE, ..Self::default() }
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

    /// Adds a band between low and high, through points (x, low, high) in the order of x: matplotlib's `fill_between`. It is
    /// pale, below all lines, and has the colour of the line with the same name, or is grey. On a logarithmic y axis, a low
    /// of 0 or less is at the axis's lower end.
    ///
    /// ```
    /// use lrlib::plot;
    /// let mean = vec![(1.0, 0.7), (2.0, 0.8), (3.0, 0.8)];
    /// let band = mean.iter().map(|&(x, y)| (x, y - 0.1, y + 0.1)).collect();
    /// let figure = plot::Axes::new("Five seeds", "epoch", "accuracy").plot("val", mean).band("val", band).figure()?;
    /// assert!(figure.alt().ends_with("; band of val: from 0.6 to 0.8 at the left, from 0.7 to 0.9 at the right"));
    /// # Ok::<(), lrlib::Error>(())
    /// ```
    pub fn band(mut self, name: &str, points: Vec<(f32, f32, f32)>) -> Self {
        self.bands.push((name.into(), points));
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
    /// [`Error::Plot`](crate::Error::Plot) if there is no point, a coordinate is not finite, a band's low is above its high,
    /// or it cannot be drawn.
    pub fn figure(&self) -> Result<Figure> {
        self.first(usize::MAX)
    }

    /// Draws the figure with only the first `count` points of each line, on the axes of all of them.
    pub(super) fn first(&self, count: usize) -> Result<Figure> {
        let (x, y) = self.scales()?;
        draw(self.size, self.alt(), |canvas| self.draw(canvas, (x, y), count))
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let bands = self.bands.iter().flat_map(|(_, points)| points).flat_map(|&(x, low, high)| [(x, low), (x, high)]);
        let lines = self.lines.iter().flat_map(|(_, points, _)| points).copied();
        lines.chain(bands).map(|(x, y)| (x.into(), y.into()))
    }

    fn scales(&self) -> Result<(Scale, Scale)> {
        let across = self.across.iter().map(|(_, y)| f64::from(*y));
        let upright = self.upright.iter().map(|(_, x)| f64::from(*x));
        let x = Scale::new(self.points().map(|(x, _)| x).chain(upright), self.log.0, 0.0);
        let y = Scale::new(self.points().map(|(_, y)| y).chain(across), self.log.1, 0.05);
        let is_drawable = self.points().next().is_some()
            && self.bands.iter().flat_map(|(_, points)| points).all(|(_, low, high)| low <= high);
        let problem = format!("cannot plot \"{}\": it needs points, all finite, and low ≤ high in bands", self.title);
        x.zip(y).filter(|_| is_drawable).ok_or(Error::Plot(problem))
    }

    /// `Loss: binary cross-entropy over epoch; train falls from 0.6931 to 0.5751; dashed: ln 2 at 0.693`
    pub(super) fn alt(&self) -> String {
        let Self { title, x_label, y_label, .. } = self;
        let lines = self.lines.iter().map(|(name, points, _)| in_words(name, points));
        let ends = |&(_, low, high): &(f32, f32, f32)| format!("from {} to {}", plain(low), plain(high));
        let bands = self.bands.iter().filter_map(|(name, points)| {
            let (first, last) = (ends(points.first()?), ends(points.last()?));
            Some(format!("band of {name}: {first} at the left, {last} at the right"))
        });
        let dashed = self.across.iter().chain(&self.upright);
        let dashed = dashed.map(|(name, value)| format!("dashed: {name} at {}", plain(*value)));
        let parts: Vec<String> = lines.chain(bands).chain(dashed).collect();
        format!("{title}: {y_label} over {x_label}; {}", parts.join("; "))
    }

    fn draw(&self, canvas: &Canvas<'_>, scales: (Scale, Scale), count: usize) -> Drawn {
        let name = Text::new(13.0).anchor(0.0);
        let names = self.lines.iter().map(|line| &line.0).chain(self.across.iter().map(|line| &line.0));
        let widest = names.map(|text| name.width(text)).max().unwrap_or(0);
        // The names of upright lines are above them, below the title.
        let top = px(if self.upright.is_empty() { 44.0 } else { 58.0 });
        let frame = Frame::draw(canvas, scales, [&self.title, &self.x_label, &self.y_label], top, widest)?;
        let mut palette = PALETTE.into_iter().cycle();
        let color = |line: &Line| if line.2 { GREY } else { palette.next().unwrap_or(GREY) };
        let colors: Vec<RGBColor> = self.lines.iter().map(color).collect();

        for (text, points) in &self.bands {
            let corners = |&(x, low, high): &(f32, f32, f32)| {
                let (x, low) = (frame.column(x)?, frame.line(low).unwrap_or(frame.bottom));
                Some(((x, frame.line(high)?), (x, low)))
            };
            let (mut outline, below): (Vec<_>, Vec<_>) = points.iter().take(count).filter_map(corners).unzip();
            outline.extend(below.into_iter().rev());
            let color =
                self.lines.iter().zip(&colors).find(|(line, _)| line.0 == *text).map_or(GREY, |(_, color)| *color);
            canvas.draw(&Polygon::new(outline, color.mix(0.2))).map_err(|e| e.to_string())?;
        }
        let mut ends = Vec::new();
        for (text, at) in self.across.iter().filter_map(|(text, y)| Some((text, frame.line(*y)?))) {
            dashes(canvas, (frame.left, at), (frame.right, at), GREY)?;
            ends.push((at, frame.right, text, GREY));
        }
        for (text, at) in self.upright.iter().filter_map(|(text, x)| Some((text, frame.column(*x)?))) {
            dashes(canvas, (at, frame.bottom), (at, top), GREY)?;
            name.color(GREY).anchor(0.5).write(canvas, text, (at, top - px(8.0)))?;
        }
        for ((text, points, dashed), color) in self.lines.iter().zip(colors) {
            let mut places: Vec<_> =
                points.iter().take(count).filter_map(|&(x, y)| frame.column(x).zip(frame.line(y))).collect();
            places.dedup();
            if *dashed {
                places.windows(2).try_for_each(|ends| dashes(canvas, ends[0], ends[1], color))?;
            } else {
                stroke(canvas, &places, color, 2.0)?;
            }
            ends.extend(places.iter().max_by_key(|place| place.0).map(|&(x, y)| (y, x, text, color)));
        }
        ends.sort_by_key(|end| end.0);
        let heights = moved_apart(ends.iter().map(|end| end.0).collect(), px(NAMES_APART), frame.bottom);
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
