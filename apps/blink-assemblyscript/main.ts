// SPDX-License-Identifier: MIT
//
// Blinks the LED of a Raspberry Pi Pico, and counts; in AssemblyScript, with its collector.

@external("wiring", "print")
declare function print(text: usize, size: i32): void;
@external("wiring", "delay")
declare function delay(ms: i32): void;
@external("wiring", "pinMode")
declare function pinMode(pin: i32, mode: i32): void;
@external("wiring", "digitalWrite")
declare function digitalWrite(pin: i32, level: i32): void;

const LED: i32 = 25;
const OUTPUT: i32 = 1;
const HALF_MS: i32 = 20;

let count: i32 = 0;

export function setup(): void {
  pinMode(LED, OUTPUT);
}

export function loop(): void {
  digitalWrite(LED, 1);
  delay(HALF_MS);
  digitalWrite(LED, 0);
  delay(HALF_MS);
  const text = String.UTF8.encode("AssemblyScript blinks: " + (++count).toString());
  print(changetype<usize>(text), text.byteLength);
}
