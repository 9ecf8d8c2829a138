"""What pyproject.toml cannot say: a wheel carries its words compiled."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

CATALOGUES = Path(__file__).parent.glob("ui/locale/*/LC_MESSAGES/*.po")


class WithWords(build_py):
    """Compiles the catalogues beside their sources, where `make setup` does it too."""

    def run(self) -> None:
        for source in CATALOGUES:
            with source.open("rb") as words, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(words))
        super().run()


setup(cmdclass={"build_py": WithWords})
