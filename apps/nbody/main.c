/* SPDX-License-Identifier: MIT
 *
 * The Sun and the four giant planets under gravity, in double precision: 1,000 steps of 0.01 years
 * with the energy of the system before and after. A check of f64 arithmetic to the last digit.
 *
 * Units: astronomical units, years, and masses that make the gravitational constant 1.
 */
#include <wasmlet/decimal.h>
#include <wasmlet/log.h>

enum {
    SUN,
    JUPITER,
    SATURN,
    URANUS,
    NEPTUNE,
    BODIES
};

#define STEPS 1000
#define PLACES 9
#define PI 3.141592653589793
#define SOLAR_MASS (4 * PI * PI)
#define DAYS_PER_YEAR 365.24

typedef struct {
    double position[3], velocity[3], mass;
} body_t;

/* clang-format off */
static body_t bodies[BODIES] = {
    [SUN] = {.mass = SOLAR_MASS},
    [JUPITER] = {
        {4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01},
        {1.66007664274403694e-03 * DAYS_PER_YEAR, 7.69901118419740425e-03 * DAYS_PER_YEAR,
         -6.90460016972063023e-05 * DAYS_PER_YEAR},
        9.54791938424326609e-04 * SOLAR_MASS},
    [SATURN] = {
        {8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01},
        {-2.76742510726411021e-03 * DAYS_PER_YEAR, 4.99852801234917238e-03 * DAYS_PER_YEAR,
         2.30417297573763929e-05 * DAYS_PER_YEAR},
        2.85885980666130812e-04 * SOLAR_MASS},
    [URANUS] = {
        {1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01},
        {2.96460137564761618e-03 * DAYS_PER_YEAR, 2.37847173959480950e-03 * DAYS_PER_YEAR,
         -2.96589568540237556e-05 * DAYS_PER_YEAR},
        4.36624404335156298e-05 * SOLAR_MASS},
    [NEPTUNE] = {
        {1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01},
        {2.68067772490389322e-03 * DAYS_PER_YEAR, 1.62824170038242295e-03 * DAYS_PER_YEAR,
         -9.51592254519715870e-05 * DAYS_PER_YEAR},
        5.15138902046611451e-05 * SOLAR_MASS},
};
/* clang-format on */

static double dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void difference(double result[3], const double a[3], const double b[3]) {
    for (int axis = 0; axis < 3; axis++) {
        result[axis] = a[axis] - b[axis];
    }
}

/* Lets the Sun move so that the whole system rests. */
static void balance_momentum(void) {
    for (int axis = 0; axis < 3; axis++) {
        double momentum = 0;
        for (int i = 0; i < BODIES; i++) {
            momentum += bodies[i].velocity[axis] * bodies[i].mass;
        }
        bodies[SUN].velocity[axis] = -momentum / SOLAR_MASS;
    }
}

static void step(double years) {
    for (int i = 0; i < BODIES; i++) {
        body_t *a = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            body_t *b = &bodies[j];
            double d[3];
            difference(d, a->position, b->position);
            double squared = dot(d, d);
            double pull = years / (squared * __builtin_sqrt(squared));
            for (int axis = 0; axis < 3; axis++) {
                a->velocity[axis] -= d[axis] * b->mass * pull;
                b->velocity[axis] += d[axis] * a->mass * pull;
            }
        }
    }
    for (int i = 0; i < BODIES; i++) {
        for (int axis = 0; axis < 3; axis++) {
            bodies[i].position[axis] += years * bodies[i].velocity[axis];
        }
    }
}

static double energy(void) {
    double sum = 0;
    for (int i = 0; i < BODIES; i++) {
        const body_t *a = &bodies[i];
        sum += 0.5 * a->mass * dot(a->velocity, a->velocity);
        for (int j = i + 1; j < BODIES; j++) {
            double d[3];
            difference(d, a->position, bodies[j].position);
            sum -= a->mass * bodies[j].mass / __builtin_sqrt(dot(d, d));
        }
    }
    return sum;
}

static void show_energy(void) {
    char buffer[DECIMAL_BYTES];
    log_text(WASMLET_LOG_LEVEL_INFO, decimal_fixed(buffer, energy(), PLACES));
}

void run(void) {
    balance_momentum();
    show_energy();
    for (int i = 0; i < STEPS; i++) {
        step(0.01);
    }
    show_energy();
}
