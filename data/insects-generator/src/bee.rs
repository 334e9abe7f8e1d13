//! A bee: ringed abdomen, furry thorax, four clear wings, big eyes.

use crate::{
    body::{Body, Part, Pose},
    dice::Dice,
    solid::{Fur, Pattern, Skin},
    vector::{Color, Vec3, grey, rgb, vec3},
};

/// The colours and proportions that tell one kind of bee from another.
struct Kind {
    bands: (Color, Color),
    /// The dark share of each ring.
    share: f32,
    thorax: Color,
    fur: Color,
    hairy: f32,
    stout: f32,
    wings: (Color, f32),
}

fn kind(dice: &mut Dice) -> Kind {
    let black = rgb(34, 26, 22);
    let clear = (rgb(225, 215, 190), 0.28);
    let honey = Kind {
        bands: (dice.vary(rgb(214, 140, 48), 0.3), rgb(58, 36, 22)),
        share: dice.between(0.38, 0.62),
        thorax: rgb(88, 64, 38),
        fur: dice.vary(rgb(205, 160, 90), 0.25),
        hairy: 1.0,
        stout: 1.0,
        wings: clear,
    };
    let pale = dice.vary(rgb(222, 200, 150), 0.15);
    let lemon = dice.vary(rgb(245, 200, 40), 0.15);
    match dice.weighted(&[(0, 0.58), (1, 0.17), (2, 0.17), (3, 0.08)]) {
        0 => honey,
        // A mining bee: dark with pale hems.
        1 => Kind {
            bands: (pale, rgb(52, 38, 30)),
            share: 0.68,
            thorax: rgb(90, 60, 36),
            fur: rgb(190, 120, 56),
            ..honey
        },
        // A bumblebee.
        2 => Kind {
            bands: (lemon, black),
            share: 0.60,
            thorax: black,
            fur: lemon,
            hairy: 1.5,
            stout: 1.28,
            wings: (rgb(180, 160, 130), 0.34),
        },
        // A carpenter bee: all black, with violet wings.
        _ => Kind {
            bands: (rgb(44, 40, 54), black),
            share: 0.5,
            thorax: black,
            fur: rgb(60, 52, 52),
            hairy: 0.6,
            stout: 1.15,
            wings: (rgb(96, 76, 120), 0.55),
        },
    }
}

/// A bee in this pose; `flying` spreads its wings and lets its legs hang.
pub fn build(pose: Pose, flying: bool, dice: &mut Dice) -> Vec<Part> {
    let kind = kind(dice);
    let mut body = Body::new(pose);
    abdomen(&mut body, &kind, dice);
    thorax_and_head(&mut body, &kind, dice);
    let open = if flying { dice.between(0.9, 1.3) } else { dice.pick(&[0.20, 0.30, 0.45, 0.75, 1.0]) };
    for side in [-1.0, 1.0] {
        legs(&mut body, side, flying, &kind, dice);
        antenna(&mut body, side, dice);
        wings(&mut body, side, open + dice.between(-0.08, 0.08), flying, &kind, dice);
    }
    body.parts
}

/// Six rings that slide into each other like a telescope, wide in the middle.
fn abdomen(body: &mut Body, kind: &Kind, dice: &mut Dice) {
    let widths = [0.118, 0.142, 0.148, 0.134, 0.104, 0.062];
    let droop = dice.between(0.0, 0.10);
    let stout = kind.stout;
    let bumble = stout > 1.2;
    for (i, width) in widths.into_iter().enumerate() {
        let back = i as f32 / 5.0;
        let center = vec3(-0.09 - 0.355 * back, 0.0, 0.215 - droop * back * back);
        let reach = 0.115 - 0.03 * back;
        let spacing = 0.071;
        let pattern = if bumble {
            // Yellow, black and a white tail: one broad ring each.
            Pattern::Rings { dark: kind.bands.1, start: 0.55 - center.x / 0.26, reach: reach / 0.26, share: kind.share }
        } else {
            Pattern::Rings {
                dark: kind.bands.1,
                start: (center.x + 0.5) / spacing,
                reach: reach / spacing,
                share: kind.share,
            }
        };
        let tail = bumble && i >= 4;
        let fur = Fur {
            color: if tail {
                rgb(235, 230, 215)
            } else if bumble {
                [kind.bands.1, kind.bands.0, kind.bands.1, kind.bands.1][i]
            } else {
                kind.fur * 0.8
            },
            length: if bumble { 0.06 } else { 0.032 },
            hairs: (kind.hairy * if bumble { 330.0 } else { 70.0 }) as usize,
        };
        let skin = Skin {
            color: if tail { rgb(225, 220, 205) } else { kind.bands.0 },
            pattern: if tail { Pattern::Plain } else { pattern },
            gloss: if bumble { 0.05 } else { 0.35 },
            grain: 0.25,
            fur: Some(fur),
            seed: dice.seed(),
        };
        body.solid(center, vec3(reach, width * stout, width * 0.92 * stout), 0.3 * back * droop, skin);
    }
}

fn thorax_and_head(body: &mut Body, kind: &Kind, dice: &mut Dice) {
    let hairs = |many: f32| (many * kind.hairy) as usize;
    let skin = |color: Color, fur: Color, length: f32, many: f32, dice: &mut Dice| Skin {
        color,
        pattern: Pattern::Plain,
        gloss: 0.12,
        grain: 0.4,
        fur: Some(Fur { color: fur, length, hairs: hairs(many) }),
        seed: dice.seed(),
    };
    let stout = kind.stout;
    let thorax = skin(kind.thorax, kind.fur, 0.072, 800.0, dice);
    body.solid(vec3(0.085, 0.0, 0.245), vec3(0.15, 0.135 * stout, 0.128 * stout), 0.0, thorax);
    let face = skin(kind.thorax * 0.6, kind.fur * 0.8, 0.042, 200.0, dice);
    body.solid(vec3(0.275, 0.0, 0.20), vec3(0.065, 0.105, 0.10), 0.0, face);
    let eye = Skin { grain: 0.3, ..Skin::plain(dice.vary(rgb(44, 26, 20), 0.4), 0.9) };
    for side in [-1.0, 1.0] {
        body.solid(vec3(0.285, 0.082 * side, 0.215), vec3(0.052, 0.036, 0.078), -0.2, eye);
    }
    body.chain(&[vec3(0.32, 0.0, 0.15), vec3(0.36, 0.0, 0.08)], (0.025, 0.012), rgb(50, 34, 24), 0.3);
}

fn legs(body: &mut Body, side: f32, flying: bool, kind: &Kind, dice: &mut Dice) {
    let color = (kind.bands.1 * 0.8).mix(kind.bands.0, 0.12);
    for (root, foot, thick) in [
        (0.16, vec3(0.34, 0.24, 0.0), 0.021),
        (0.08, vec3(0.06, 0.33, 0.0), 0.022),
        (0.0, vec3(-0.26, 0.31, 0.0), 0.030),
    ] {
        let mut foot = foot + vec3(dice.between(-0.06, 0.06), dice.between(-0.05, 0.05), 0.0);
        if flying {
            foot = vec3(foot.x - 0.10, foot.y * 0.45, dice.between(-0.06, 0.02));
        }
        let hip = vec3(root, 0.07, 0.15);
        let knee = hip.mix(foot, 0.45) + vec3(0.0, 0.05, if flying { 0.0 } else { 0.14 });
        let ankle = knee.mix(foot, 0.72) + vec3(0.0, 0.0, 0.02);
        let mirrored = |p: Vec3| vec3(p.x, p.y * side, p.z);
        body.chain(&[hip, knee].map(mirrored), (thick, thick), color, 0.4);
        body.chain(&[knee, ankle].map(mirrored), (thick, thick * 0.9), color, 0.4);
        body.chain(&[ankle, foot, foot + vec3(0.05, 0.03, 0.0)].map(mirrored), (thick * 0.55, thick * 0.3), color, 0.3);
        if root == 0.0 && dice.chance(0.45) {
            let pollen = Skin { grain: 0.35, seed: dice.seed(), ..Skin::plain(rgb(236, 168, 40), 0.0) };
            body.solid(mirrored(knee.mix(ankle, 0.6)), vec3(0.055, 0.035, 0.045), 0.0, pollen);
        }
    }
}

fn antenna(body: &mut Body, side: f32, dice: &mut Dice) {
    let spread = dice.between(0.10, 0.19);
    let elbow = vec3(0.41, 0.055 * side, 0.29);
    let tip = vec3(0.53, spread * side, dice.between(0.14, 0.28));
    let color = rgb(30, 22, 18);
    body.chain(&[vec3(0.325, 0.03 * side, 0.25), elbow], (0.012, 0.011), color, 0.3);
    let middle = elbow.mix(tip, 0.5) + vec3(0.015, 0.0, 0.015);
    body.chain(&[elbow, middle, tip], (0.015, 0.013), color, 0.3);
}

/// The fore wing and, a little lower and behind, the hind wing; `open` is the angle from the body.
fn wings(body: &mut Body, side: f32, open: f32, flying: bool, kind: &Kind, dice: &mut Dice) {
    let lift = if flying { dice.between(0.0, 0.5) } else { dice.between(0.02, 0.16) };
    let ray = |angle: f32, length: f32| vec3(-angle.cos(), angle.sin() * side, lift) * length;
    let look = (kind.wings.0.mix(grey(0.8), 0.2), kind.wings.1 * if flying { 0.7 } else { 1.0 });
    body.wing(vec3(0.03, 0.10 * side, 0.335), ray(open * 0.72, 0.44), 0.075, look, dice);
    body.wing(vec3(0.10, 0.10 * side, 0.345), ray(open, 0.64), 0.115, look, dice);
}
