/* SPDX-License-Identifier: MIT
 *
 * The Sun and its four giant planets for n steps of 0.01 years: f64 throughout. Positions in AU,
 * velocities in AU a year, masses in units where the Sun's is 4 pi squared.
 */
#include "kernel.h"

enum { BODIES = 5 };

typedef struct {
    double x, y, z, vx, vy, vz, mass;
} body_t;

#define PI 3.141592653589793
#define SOLAR_MASS (4 * PI * PI)
#define DAYS 365.24

static body_t bodies[BODIES];

static const body_t start[BODIES] = {
    {0, 0, 0, 0, 0, 0, SOLAR_MASS},
    {4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01,
     1.66007664274403694e-03 * DAYS, 7.69901118419740425e-03 * DAYS, -6.90460016972063023e-05 * DAYS,
     9.54791938424326609e-04 * SOLAR_MASS},
    {8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01,
     -2.76742510726411845e-03 * DAYS, 4.99852801234917238e-03 * DAYS, 2.30417297573763929e-05 * DAYS,
     2.85885980666130812e-04 * SOLAR_MASS},
    {1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01,
     2.96460137564761618e-03 * DAYS, 2.37847173959480950e-03 * DAYS, -2.96589568540237556e-05 * DAYS,
     4.36624404335156298e-05 * SOLAR_MASS},
    {1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01,
     2.68067772490389322e-03 * DAYS, 1.62824170038242295e-03 * DAYS, -9.51592254519715870e-05 * DAYS,
     5.15138902046611451e-05 * SOLAR_MASS},
};

/* Lets the Sun move so that the whole stays where it is. */
static void begin(void) {
    double x = 0, y = 0, z = 0;
    for (uint32_t i = 0; i < BODIES; i++) {
        bodies[i] = start[i];
        x += bodies[i].vx * bodies[i].mass;
        y += bodies[i].vy * bodies[i].mass;
        z += bodies[i].vz * bodies[i].mass;
    }
    bodies[0].vx = -x / SOLAR_MASS;
    bodies[0].vy = -y / SOLAR_MASS;
    bodies[0].vz = -z / SOLAR_MASS;
}

static void attract(body_t *a, body_t *b, double step) {
    double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
    double square = dx * dx + dy * dy + dz * dz;
    double force = step / (square * __builtin_sqrt(square));
    a->vx -= dx * b->mass * force;
    a->vy -= dy * b->mass * force;
    a->vz -= dz * b->mass * force;
    b->vx += dx * a->mass * force;
    b->vy += dy * a->mass * force;
    b->vz += dz * a->mass * force;
}

static void advance(double step) {
    for (uint32_t i = 0; i < BODIES; i++) {
        for (uint32_t j = i + 1; j < BODIES; j++) {
            attract(&bodies[i], &bodies[j], step);
        }
    }
    for (uint32_t i = 0; i < BODIES; i++) {
        body_t *body = &bodies[i];
        body->x += step * body->vx;
        body->y += step * body->vy;
        body->z += step * body->vz;
    }
}

static double energy(void) {
    double e = 0;
    for (uint32_t i = 0; i < BODIES; i++) {
        const body_t *a = &bodies[i];
        e += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
        for (uint32_t j = i + 1; j < BODIES; j++) {
            const body_t *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            e -= a->mass * b->mass / __builtin_sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return e;
}

int32_t run(int32_t n) {
    union {
        double value;
        uint64_t bits;
    } u;
    begin();
    for (int32_t i = 0; i < n; i++) {
        advance(0.01);
    }
    u.value = energy();
    return (int32_t)((uint32_t)u.bits ^ (uint32_t)(u.bits >> 32));
}
