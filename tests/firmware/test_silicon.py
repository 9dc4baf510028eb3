"""What the firmware writes for clock and pins of chips where QEMU has neither: it notes it down and does nothing."""

import dataclasses
import re
from pathlib import Path

import pytest

from edgecnn import board
from edgecnn.building.build import build
from edgecnn.device.device import Device
from edgecnn.emulators import emulator

HSI_ON, HSI_SELECTED, UNDIVIDED = ("RCC", 0x00, 1), 0, 0
WRITES = {
    "stm32vldiscovery": [  # RM0041
        HSI_ON,
        ("RCC", 0x04, HSI_SELECTED),
        ("RCC", 0x04, UNDIVIDED),
        ("RCC", 0x18, 1 << 14 | 1 << 2),  # APB2ENR: USART1EN, IOPAEN
        ("RCC", 0x0C, 1 << 14),  # APB2RSTR: USART1RST
        ("RCC", 0x0C, 0),
        ("GPIOA", 0x10, 1 << 10),  # BSRR: what PA10 is pulled to
        ("GPIOA", 0x04, 0b1000 << 8 | 0b1010 << 4),  # CRH: pulled input, alternate output
    ],
    "netduino_plus_2": [  # RM0090
        HSI_ON,
        ("RCC", 0x08, HSI_SELECTED),
        ("RCC", 0x08, UNDIVIDED),
        ("RCC", 0x30, 1 << 1),  # AHB1ENR: GPIOBEN
        ("RCC", 0x44, 1 << 4),  # APB2ENR: USART1EN
        ("RCC", 0x24, 1 << 4),  # APB2RSTR: USART1RST
        ("RCC", 0x24, 0),
        ("GPIOB", 0x20, 7 << 24),  # PB6. AFRL: AF7
        ("GPIOB", 0x04, 0),  # OTYPER: push-pull
        ("GPIOB", 0x0C, 0),  # PUPDR
        ("GPIOB", 0x00, 0b10 << 12),  # MODER: alternate function
        ("GPIOB", 0x20, 7 << 28),  # PB7, which starts from 0 again: QEMU keeps nothing
        ("GPIOB", 0x04, 0),
        ("GPIOB", 0x0C, 0b01 << 14),  # pulled up
        ("GPIOB", 0x00, 0b10 << 14),
    ],
}


@pytest.mark.parametrize("name", WRITES)
def test_what_an_stm32_is_told(name: str, lenet5: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    built = build(lenet5, board.load(name), tmp_path / "firmware")
    assert built.board.emulator
    noting = dataclasses.replace(built.board.emulator, options=["-d", "unimp", "-D", str(log)])
    with emulator.emulate(dataclasses.replace(built.board, emulator=noting), built.elf) as url, Device(url) as device:
        assert device.info.board == name
    noted = re.findall(r"(\w+): unimplemented device write \(size 4, offset (\w+), value (\w+)\)", log.read_text())
    assert [(block, int(offset, 16), int(value, 16)) for block, offset, value in noted] == WRITES[name]
