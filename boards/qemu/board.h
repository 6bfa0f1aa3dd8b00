/* SPDX-License-Identifier: MIT
 *
 * What the files of the emulated boards share. mps2.c and virt.c are the machines.
 */
#ifndef BOARDS_QEMU_BOARD_H
#define BOARDS_QEMU_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

#ifndef MP_NORETURN /* MicroPython up to 1.25 */
#define MP_NORETURN NORETURN
#endif

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* ---- A machine ---- */
void machine_init(void);         /* may be called again */
uint64_t machine_us(void);       /* since power-on; goes on through resets */
MP_NORETURN void machine_restart(void); /* as the reset button does */
void machine_rx_enable(bool on); /* whether a received character interrupts */
void machine_wait(bool (*ready)(void)); /* sleeps until an interrupt unless `ready` */

/* ---- stdio.c ---- */
void stdio_receive(int c); /* from the interrupt, which it turns off when it has no room */

/* ---- pin.c, disk.c ---- */
extern const mp_obj_type_t sim_pin_type, sim_disk_type;
void pins_reset(void);
mp_obj_t pins_trace(void);                              /* [(us, pin, level)], and forgets it */
mp_obj_t pins_drive(mp_obj_t pin, mp_obj_t level);      /* from outside */

#endif
