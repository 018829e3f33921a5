"""What maintainers run: ``python -m lenet_course.authoring SUBCOMMAND``."""
