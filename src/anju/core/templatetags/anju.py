"""The one tag library: what its parts register, under one name."""

from django import template

from anju.core.templatetags import form_tags, list_tags, state_tags, word_filters

register = template.Library()
for part in (form_tags, list_tags, state_tags, word_filters):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
