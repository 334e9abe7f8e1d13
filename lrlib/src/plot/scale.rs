//! From numbers to places on an axis, and the numbers that are written beside it.

/// An axis from one number to another; a logarithmic one has only numbers above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    /// Returns an axis that shows all values, moved apart if they are equal; `None` without values, or with one that is not
    /// finite. `margin` is the share of free space at both ends. A logarithmic axis leaves out values of 0 and less.
    pub(super) fn new(values: impl Iterator<Item = f64>, log: bool, margin: f64) -> Option<Self> {
        let values: Vec<f64> = values.filter(|&value| !log || value > 0.0 || value.is_nan()).collect();
        if values.is_empty() || !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let inner = |value: &f64| if log { value.log10() } else { *value };
        let low = values.iter().map(inner).fold(f64::INFINITY, f64::min);
        let high = values.iter().map(inner).fold(f64::NEG_INFINITY, f64::max);
        let largest = low.abs().max(high.abs());
        let apart = match largest {
            0.0 => 0.5,
            _ if high - low < 1e-6 * largest => 0.5 * largest,
            _ => margin * (high - low),
        };
        Some(Self { low: low - apart, high: high + apart, log })
    }

    /// Returns where a value is: 0 at the axis's beginning, 1 at its end. `None` for what the axis cannot show.
    pub(super) fn place(self, value: f64) -> Option<f64> {
        let inner = if self.log { value.log10() } else { value };
        inner.is_finite().then_some((inner - self.low) / (self.high - self.low))
    }

    /// Returns at most `count` round numbers of the axis (of a short logarithmic one a few more), and how they are written.
    pub(super) fn ticks(self, count: u32) -> Vec<(f64, String)> {
        let values = if self.log { self.powers(count) } else { self.steps(count) };
        let most = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let least =
            values.iter().filter(|&&value| value != 0.0).fold(f64::INFINITY, |least, value| least.min(value.abs()));
        let step = if self.log { least } else { self.step(count) };
        let plain = step >= 0.9e-4 && (most < 1e6 && (!self.log || least >= 0.9e-3) || most < 1e5);
        let decimals = if self.log { 0 } else { decimals(step) };
        let text = |value: f64| match value {
            _ if !plain => in_powers(value, 2),
            _ if self.log => grouped(value, self::decimals(value)),
            _ => grouped(value, decimals),
        };
        values.into_iter().map(|value| (value, text(value))).collect()
    }

    /// 1, 2 or 5 times a power of ten.
    fn step(self, count: u32) -> f64 {
        let rough = (self.high - self.low) / f64::from(count);
        let power = 10_f64.powi(rough.log10().floor() as i32);
        [1.0, 2.0, 5.0]
            .map(|factor| factor * power)
            .into_iter()
            .find(|&step| step >= (1.0 - 1e-9) * rough)
            .unwrap_or(10.0 * power)
    }

    fn steps(self, count: u32) -> Vec<f64> {
        let step = self.step(count);
        let ends = ((self.low / step - 1e-6).ceil() as i64, (self.high / step + 1e-6).floor() as i64);
        (ends.0..=ends.1).map(|number| number as f64 * step).collect()
    }

    fn powers(self, count: u32) -> Vec<f64> {
        let (first, last) = ((self.low - 1e-6).ceil() as i32, (self.high + 1e-6).floor() as i32);
        if last - first >= 2 {
            let apart = (last - first).cast_unsigned() / count + 1;
            return (first..=last).step_by(apart as usize).map(|power| 10_f64.powi(power)).collect();
        }
        let inside = |value: &f64| (self.low - 1e-6..=self.high + 1e-6).contains(&value.log10());
        let all = (first - 1..=last).flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * 10_f64.powi(power)));
        all.filter(inside).collect()
    }
}

/// Returns how many decimals show a number of one digit: 2 for 0.05.
fn decimals(step: f64) -> usize {
    (-(step.log10() + 1e-9).floor()).max(0.0) as usize
}

/// `10,000` or `0.05`
fn grouped(value: f64, decimals: usize) -> String {
    // Plus 0, because -0 would be written with its sign.
    let text = format!("{:.decimals$}", value + 0.0);
    let text = if text.trim_start_matches(['-', '0', '.']).is_empty() { text.replace('-', "") } else { text };
    let digits = text.find('.').unwrap_or(text.len());
    let mut grouped = String::new();
    for (at, letter) in text.char_indices() {
        if at > 0 && at < digits && (digits - at) % 3 == 0 && !grouped.ends_with('−') {
            grouped.push(',');
        }
        grouped.push(if letter == '-' { '−' } else { letter });
    }
    grouped
}

/// `10⁻⁴`, `2·10⁻⁴`, `0`: with at most so many decimals.
pub(super) fn in_powers(value: f64, decimals: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let text = format!("{value:.decimals$e}");
    let (factor, power) = text.split_once('e').unwrap_or((&text, "0"));
    let factor = factor.trim_end_matches('0').trim_end_matches('.').replace('-', "−");
    let superscript = |letter| match letter {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32(u32::from(digit) - u32::from('0') + 0x2070).unwrap_or(digit),
    };
    let power: String = power.chars().map(superscript).collect();
    if factor == "1" { format!("10{power}") } else { format!("{factor}·10{power}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], log: bool, count: u32) -> Vec<String> {
        let scale = Scale::new(values.iter().copied(), log, 0.0).expect("finite values");
        scale.ticks(count).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn an_axis_has_round_numbers() {
        assert_eq!(texts(&[0.0, 99.0], false, 6), ["0", "20", "40", "60", "80"]);
        assert_eq!(texts(&[0.55, 0.7], false, 6), ["0.55", "0.60", "0.65", "0.70"]);
        assert_eq!(texts(&[-8.0, 8.0], false, 5), ["−5", "0", "5"]);
        assert_eq!(texts(&[-0.3, 0.3], false, 4), ["−0.2", "0.0", "0.2"]);
        assert_eq!(texts(&[0.0, 10_000.0], false, 5), ["0", "2,000", "4,000", "6,000", "8,000", "10,000"]);
        assert_eq!(texts(&[0.0, 1e-5], false, 2), ["0", "5·10⁻⁶", "10⁻⁵"]);
        assert_eq!(texts(&[-100_000.0, 0.0], false, 1), ["−100,000", "0"]);
    }

    #[test]
    fn a_logarithmic_axis_has_powers_of_ten() {
        assert_eq!(texts(&[1.0, 10_000.0], true, 6), ["1", "10", "100", "1,000", "10,000"]);
        assert_eq!(texts(&[1e-6, 1e-2], true, 6), ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²"]);
        assert_eq!(texts(&[1e-8, 1.0], true, 4), ["10⁻⁸", "10⁻⁵", "10⁻²"]);
        assert_eq!(texts(&[0.1, 0.9], true, 6), ["0.1", "0.2", "0.5"]);
        assert_eq!(texts(&[0.0, -1.0, 1.0, 100.0], true, 6), ["1", "10", "100"]);
    }

    #[test]
    fn tiny_and_huge_values_have_an_axis_of_their_own() {
        let ends = |values: &[f64]| Scale::new(values.iter().copied(), false, 0.0).map(|scale| (scale.low, scale.high));
        assert_eq!(ends(&[2e-8, 1e-8]), Some((1e-8, 2e-8)));
        assert_eq!(ends(&[4.0, 4.0]), Some((2.0, 6.0)));
        assert_eq!(ends(&[0.0]), Some((-0.5, 0.5)));
        for none in [vec![], vec![1.0, f64::NAN], vec![f64::INFINITY]] {
            assert_eq!(ends(&none), None);
        }
        assert_eq!(Scale::new([0.0, -1.0].into_iter(), true, 0.0), None);
    }
}
