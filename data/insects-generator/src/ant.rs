//! An ant: head with jaws and elbowed antennae, slim thorax, a knot for a waist, round gaster.

use crate::{
    body::{Body, Part, Pose},
    dice::Dice,
    solid::{Fur, Pattern, Skin},
    vector::{Color, Vec3, rgb, vec3},
};

/// The colours of one kind of ant.
struct Kind {
    head: Color,
    thorax: Color,
    gaster: Color,
    legs: Color,
    gloss: f32,
}

fn kind(dice: &mut Dice) -> Kind {
    let black = rgb(36, 32, 32);
    let brown = rgb(84, 54, 38);
    let red = rgb(164, 78, 36);
    let amber = rgb(206, 130, 58);
    let (head, thorax, gaster, legs) = dice.weighted(&[
        ((black, black, black, rgb(48, 38, 34)), 0.36),
        ((brown, brown, rgb(62, 40, 30), rgb(110, 68, 42)), 0.20),
        // Wood ants: red in the middle.
        ((rgb(78, 42, 32), red, black, rgb(92, 52, 34)), 0.20),
        ((red, red, rgb(110, 50, 30), red), 0.16),
        ((amber, amber, rgb(120, 70, 34), amber), 0.08),
    ]);
    let mut near = |color: Color| dice.vary(color, 0.2);
    let (head, thorax, gaster, legs) = (near(head), near(thorax), near(gaster), near(legs));
    Kind { head, thorax, gaster, legs, gloss: dice.between(0.35, 0.9) }
}

/// An ant in this pose.
pub fn build(pose: Pose, dice: &mut Dice) -> Vec<Part> {
    let kind = kind(dice);
    let mut body = Body::new(pose);
    let turn = dice.between(-0.05, 0.05);
    head(&mut body, &kind, turn, dice);
    thorax(&mut body, &kind, dice);
    gaster(&mut body, &kind, dice);
    for side in [-1.0, 1.0] {
        legs(&mut body, side, &kind, dice);
        antenna(&mut body, side, &kind, turn, dice);
    }
    body.parts
}

fn skin(color: Color, gloss: f32, hairs: usize, dice: &mut Dice) -> Skin {
    let fur = Fur { color: color.mix(rgb(200, 180, 150), 0.35), length: 0.03, hairs };
    Skin { color, pattern: Pattern::Plain, gloss, grain: 0.25, fur: Some(fur), seed: dice.seed() }
}

fn head(body: &mut Body, kind: &Kind, turn: f32, dice: &mut Dice) {
    let broad = dice.between(0.9, 1.15);
    let shell = skin(kind.head, kind.gloss, 14, dice);
    body.solid(vec3(0.365, turn, 0.175), vec3(0.092, 0.098 * broad, 0.082), -0.25, shell);
    body.solid(vec3(0.425, turn, 0.160), vec3(0.075, 0.075 * broad, 0.062), -0.25, shell);
    let eye = Skin::plain(rgb(22, 18, 18), 1.0);
    for side in [-1.0, 1.0] {
        body.solid(vec3(0.40, turn + 0.082 * broad * side, 0.205), vec3(0.028, 0.016, 0.026), 0.0, eye);
        let jaw = [vec3(0.478, 0.045 * side, 0.13), vec3(0.535, 0.052 * side, 0.11), vec3(0.575, 0.012 * side, 0.10)];
        body.chain(&jaw.map(|p| p + vec3(0.0, turn, 0.0)), (0.020, 0.007), kind.head.mix(kind.legs, 0.5), kind.gloss);
    }
}

/// Three humps, each lower than the one before it, and the knot of the waist.
fn thorax(body: &mut Body, kind: &Kind, dice: &mut Dice) {
    let shell = skin(kind.thorax, kind.gloss * 0.8, 10, dice);
    body.chain(&[vec3(0.30, 0.0, 0.165), vec3(0.24, 0.0, 0.17)], (0.032, 0.04), kind.thorax, kind.gloss);
    body.solid(vec3(0.20, 0.0, 0.185), vec3(0.098, 0.066, 0.066), 0.15, shell);
    body.solid(vec3(0.085, 0.0, 0.178), vec3(0.098, 0.052, 0.058), 0.0, shell);
    body.solid(vec3(-0.025, 0.0, 0.165), vec3(0.078, 0.050, 0.054), -0.25, shell);
    body.chain(&[vec3(-0.08, 0.0, 0.145), vec3(-0.19, 0.0, 0.15)], (0.018, 0.018), kind.thorax, kind.gloss);
    body.solid(vec3(-0.135, 0.0, 0.170), vec3(0.024, 0.034, 0.046), 0.2, shell);
}

/// The gaster's plates, told apart by thin pale hems.
fn gaster(body: &mut Body, kind: &Kind, dice: &mut Dice) {
    let swell = dice.between(0.88, 1.15);
    let raise = dice.between(-0.02, 0.05);
    let hem = kind.gaster.mix(rgb(190, 160, 120), 0.35);
    let pattern = Pattern::Rings { dark: kind.gaster, start: 0.5, reach: 2.0, share: 0.84 };
    let plates = Skin { color: hem, pattern, ..skin(kind.gaster, kind.gloss, 26, dice) };
    let center = vec3(-0.335, 0.0, 0.185 + raise);
    body.solid(center, vec3(0.172, 0.122 * swell, 0.112 * swell), -0.15, plates);
    let point = vec3(-0.455, 0.0, 0.168 + raise);
    body.solid(point, vec3(0.070, 0.062 * swell, 0.056 * swell), 0.2, skin(kind.gaster, kind.gloss, 8, dice));
}

/// Hip, knee, ankle and a foot that lies along the ground.
fn legs(body: &mut Body, side: f32, kind: &Kind, dice: &mut Dice) {
    for (root, angle) in [(0.175, 0.85), (0.075, 1.65), (-0.01, 2.45)] {
        let (sin, cos) = (angle + dice.between(-0.25, 0.25)).sin_cos();
        let (outward, reach) = (vec3(cos, sin, 0.0), dice.between(0.90, 1.10));
        let hip = vec3(root, 0.045, 0.135);
        let high = vec3(0.0, 0.0, dice.between(0.22, 0.32));
        let knee = vec3(root, 0.05, 0.0) + outward * (0.21 * reach) + high;
        let ankle = vec3(root, 0.05, 0.025) + outward * (0.37 * reach);
        let toe = ankle + outward * 0.12 + vec3(dice.between(-0.03, 0.03), 0.0, -0.02);
        let side = |p: Vec3| vec3(p.x, p.y * side, p.z);
        body.chain(&[vec3(root, 0.02, 0.15), hip].map(side), (0.03, 0.026), kind.thorax, kind.gloss);
        body.chain(&[hip, knee].map(side), (0.021, 0.016), kind.legs, kind.gloss);
        body.chain(&[knee, ankle].map(side), (0.014, 0.010), kind.legs, kind.gloss);
        body.chain(&[ankle, toe].map(side), (0.0095, 0.006), kind.legs, kind.gloss);
    }
}

fn antenna(body: &mut Body, side: f32, kind: &Kind, turn: f32, dice: &mut Dice) {
    let (spread, reach) = (dice.between(0.13, 0.24), dice.between(0.68, 0.78));
    let base = vec3(0.465, turn + 0.035 * side, 0.19);
    let elbow = vec3(0.54, turn + spread * side, dice.between(0.20, 0.32));
    let tip = vec3(reach, turn + (spread - dice.between(0.02, 0.14)) * side, dice.between(0.03, 0.16));
    body.chain(&[base, elbow], (0.011, 0.011), kind.legs, kind.gloss);
    let middle = elbow.mix(tip, 0.5) + vec3(0.01, 0.015 * side, 0.02);
    body.chain(&[elbow, middle, tip], (0.011, 0.013), kind.legs, kind.gloss);
}
