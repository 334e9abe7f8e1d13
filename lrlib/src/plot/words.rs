//! What a figure shows, in words, for readers who cannot see it.

/// `train falls from 0.6931 to 0.5751`
pub(super) fn in_words(name: &str, points: &[(f32, f32)]) -> String {
    let (Some((_, first)), Some((_, last))) = (points.first(), points.last()) else {
        return format!("{name} has no points");
    };
    let verb = match last.partial_cmp(first) {
        Some(std::cmp::Ordering::Less) => "falls",
        Some(std::cmp::Ordering::Greater) => "rises",
        _ => return format!("{name} stays at {}", to_4_places(*last)),
    };
    format!("{name} {verb} from {} to {}", to_4_places(*first), to_4_places(*last)).trim_start().to_owned()
}

/// `0.6931`, and where four decimals would hide the number `3.354e-4`.
fn to_4_places(value: f32) -> String {
    if value.abs() < 1e-3 && value != 0.0 { format!("{value:.3e}") } else { format!("{value:.4}") }
}

/// `200`, `0.693`, `2.43e-4`
pub(super) fn plain(value: f32) -> String {
    let rounded = (value * 1000.0).round() / 1000.0;
    if value.abs() < 1e-2 && value != 0.0 { format!("{value:.2e}") } else { rounded.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_do_not_round_tiny_values_to_nothing() {
        assert_eq!(in_words("loss", &[(0.0, 0.5), (1.0, 0.000_25)]), "loss falls from 0.5000 to 2.500e-4");
        assert_eq!(in_words("loss", &[(0.0, 0.0), (1.0, 0.0)]), "loss stays at 0.0000");
    }
}
