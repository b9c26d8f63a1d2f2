"""Writes semantics.json: small expressions by kind, and what Jinja2 with transformers' settings makes of them; null is an error.

Needs python3-jinja2. The interpreter's tests hold every row.
"""
import itertools
import json
import random

from correct import FIXTURES, render

KINDS = {
    "namespace": [
        "{% set ns = namespace(a=none) %}{{ ns.a is none }} {{ ns.a is defined }} {{ ns.b is defined }}",
        "{% set ns = namespace() %}{% set ns.a = none %}{{ ns.a is none }} {{ ns['a'] is none }} {{ ns.a }}",
        "{% set ns = namespace(kind=none) %}{% for m in messages %}{% if ns.kind is none or ns.kind == 'text' %}A{% set ns.kind = 'text' %}{% else %}B{% endif %}{% endfor %}",
        "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}", "{% set ns = namespace([('a', 1)]) %}{{ ns.a }}",
        "{% set ns = namespace(a=false, b=0, c='', d=[]) %}{{ ns.a }} {{ ns.b }} {{ ns.c }} {{ ns.d }} {{ ns.d is defined }}",
        "{% set ns = namespace(last=none) %}{% for m in messages %}{% set ns.last = m if m.role == 'tool' else ns.last %}{% endfor %}{{ ns.last is none }}",
        "{% set ns = namespace() %}{% set ns.t %}x{{ 1 }}{% endset %}{{ ns.t }}",
        "{% set ns = namespace(i=0) %}{% macro up() %}{% set ns.i = ns.i + 1 %}{% endmacro %}{{ up() }}{{ up() }}{{ ns.i }}",
    ],
    "none inside": [
        "{% for x in [none, 1] %}{{ loop.nextitem is none }}{{ loop.previtem is none }}{{ loop.previtem is defined }} {% endfor %}", "{{ {'a': none}.a is none }} {{ {'a': none}['a'] is none }} {{ {'a': none}.get('a', 1) is none }}",
        "{{ [none][0] is none }} {{ [none] | first is none }} {{ [none] | last is none }}", "{{ [{'a': none}] | map(attribute='a') | list }}", "{{ [{'a': none}, {}] | map(attribute='a', default='d') | list }}",
        "{{ [{'a': none}] | selectattr('a', 'none') | list | length }} {{ [{'a': none}] | selectattr('a', 'defined') | list | length }} {{ [{'a': none}] | rejectattr('a') | list | length }}",
        "{{ [none, 1, none] | unique | list }} {{ [none, 1] | select | list }} {{ [none, 1] | reject('none') | list }}", "{{ [1, none] | join('-') }}", "{{ none ~ 'a' }}", "{{ none == none }} {{ none in [none] }} {{ none in {} }}",
        "{% macro m(a=none) %}{{ a is none }}{% endmacro %}{{ m() }}{{ m(none) }}{{ m(1) }}", "{% with a = none %}{{ a is none }}{% endwith %}", "{{ none | default('x') }} {{ none | default('x', true) }} {{ none | string }}",
        "{{ none | tojson }} {{ {'a': none} | tojson }} {{ [none] }}", "{{ none.a is defined }}", "{{ none['a'] is defined }}", "{{ 'a' + none }}",
    ],
    "loops over nothing": [
        f"{{{{ {value} | {filter} | list | length }}}}"
        for value, filter in itertools.product(
            ["none", "0", "false", "''", "{}", "missing", "0.0", "5", "true"], ["map('upper')", "map(attribute='a')", "select('string')", "select", "reject('string')", "selectattr('a', 'equalto', 'x')", "rejectattr('a')"])
    ] + [f"{{{{ none | {filter} }}}}" for filter in ["list", "first", "last", "join", "sort", "unique | list", "sum", "min", "max", "length", "reverse | list", "items | list", "dictsort", "batch(2) | list", "groupby('a')"]] + [
        "{{ missing | list }} {{ missing | join }} {{ missing | sum }} {{ missing | length }} {{ missing | sort }} {{ missing | unique | list }} {{ missing | items | list }}", "{% for x in none %}a{% endfor %}", "{% for x in missing %}a{% else %}b{% endfor %}",
    ],
    "tojson": [
        "{{ {'a': 'é'} | tojson(ensure_ascii=true) }}", "{{ 'é😀\\u2028\\x7f' | tojson(true) }}", "{{ 'é😀\\x7f' | tojson }}", "{{ {'é': ['ß', 'a']} | tojson(ensure_ascii=True, indent=2) }}", "{{ {'b': 1, 'a': [1, {}]} | tojson(indent=4, sort_keys=true) }}",
        "{{ {'b': 1, 'a': 2} | tojson(indent=0) }}", "{{ {'b': [1, 2]} | tojson(indent='\\t') }}", "{{ [1, 2] | tojson(separators=(',', ':'), indent=1) }}", "{{ {1: 'a', 2.5: 'b', true: 'c'} | tojson }}", "{{ {(1, 2): 3} | tojson }}",
        "{{ (1, 'a') | tojson }} {{ 1.0 | tojson }} {{ 1e22 | tojson }} {{ 1e-7 | tojson }}", "{{ missing | tojson }}", "{{ {'a': {'c': 1, 'b': 2}} | tojson(sort_keys=true) }}", "{{ {'a': 1, 2: 3} | tojson(sort_keys=true) }}", "{{ '</script>&\\'\"\\\\' | tojson }}",
        "{{ ('<b>' | safe) | tojson }} {{ {'a': '<' | e} | tojson }}", "{{ {'\\ue000': 1, '😀': 2} | tojson(sort_keys=true) }}",
    ],
    "floats": [f"{{{{ {x} }}}}" for x in [
        "1e-6", "1e-7", "1e-4", "1e-5", "9.9e-5", "0.0001", "0.00012", "123e-7", "1.5e-6", "2.5e-10", "5e-324", "1e16", "1e15", "9999999999999998.0", "123456789012345680.0", "1.7976931348623157e308", "1e100", "-1e-6", "-0.0", "0.1 + 0.2", "1/3",
        "2/3", "100.0", "1e21", "1.0e5", "3.14e2", "7e-3", "4.35", "0.1", "1e23", "1_000.5", "1e1_0"]] + ["{{ [1e-6, 0.5] }} {{ {'a': 1e-7} }}"],
    "markup": [
        "{{ ('<a>' | e) + '<b>' }}", "{{ '<b>' + ('<a>' | e) }}", "{{ ('<a>' | safe) + '<b>' }}", "{{ ('<a>' | safe) ~ '<b>' }}", "{{ '<a>' | e | e }}", "{{ '<a>' | e | forceescape }}", "{{ ('<a>' | safe) | e }}", "{{ ('%s' | safe) % '<b>' }}",
        "{{ ('%s' | safe) | format('<b>') }}", "{{ ('<a>' | e) * 2 + '<' }}", "{{ ('<a>' | safe).upper() + '<' }}", "{{ ('<a>' | safe) | upper + '<' }}", "{{ (('<a>' | safe) | trim) + '<' }}", "{{ (('<a>' | safe) | replace('a', '&')) + '<' }}",
        "{{ ('<a>' | safe).replace('a', '&') }}", "{{ (['<a>', '<b>'] | join('<' | safe)) }}", "{{ ('<' | safe).join(['<a>', '<b>']) }}", "{{ ('<a>' | safe) is string }} {{ ('<a>' | safe) is escaped }} {{ '<a>' is escaped }}", "{{ ('a' | safe) == 'a' }} {{ ('a' | safe) in ['a'] }} {{ {'a': 1}['a' | safe] }}",
        "{{ [('<a>' | safe)] }}", "{{ ('<a>' | safe) | length }} {{ ('<a>' | safe)[1] }} {{ (('<a>' | safe)[:2]) + '<' }} {{ ('<a>' | safe) | first }}", "{{ ('<a> b' | safe).split()[0] + '<' }}", "{{ ('{}' | safe).format('<b>') }}", "{{ (1 | e) + '<' }}", "{{ ('<a>' | safe) | string + '<' }}",
        "{% set x %}<a>{% endset %}{{ x + '<b>' }}", "{% macro m() %}<a>{% endmacro %}{{ m() + '<b>' }}", "{{ ('ab' | safe) < 'b' }} {{ 'b' in ('ab' | safe) }} {{ ('ab' | safe) | list }}", "{{ (none | e) + '<' }}", "{{ '<tool>' + ({'a': '<'} | tojson | safe) + '</tool>' }}", "{{ '<a>' | escape | upper }}",
        "{{ ('<a>' | safe) | title + '<' }} {{ ('<a>' | safe) | capitalize + '<' }} {{ ('<a>' | safe) | lower + '<' }}", "{{ ('<a>' | safe) | indent + '<' }}", "{{ ('<p>a &amp; b</p>' | striptags) }}", "{{ ('a' | safe) | default('b') + '<' }}",
        "{{ ('<a>' | safe).strip('<') + '<' }} {{ ('<a>' | safe).startswith('<') }} {{ ('12' | safe) | int + 1 }}", "{{ (['<a>' | safe, '<b>'] | join) + '<' }}",
    ],
    "text methods": [
        f"{{{{ 'abcabc'.{method}({arguments}) }}}}"
        for method, arguments in itertools.product(
            ["startswith", "endswith", "find", "rfind", "index", "rindex", "count"], ["'b', 1", "'b', 2", "'bc', 1, 3", "'bc', 1, 2", "'c', -1", "'a', -3", "'', 0", "'', 9", "'c', 0, -1", "'b', none, 2", "'z'", "'b', 4, 1"])
    ] + [
        "{{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.endswith(('x', 'c'), 1) }}", "{{ 'abc'.startswith(['a']) }}", "{{ 'é😀x😀'.find('x') }} {{ 'é😀x😀'.find('😀', 2) }} {{ 'é😀x'.startswith('x', 2) }} {{ 'é😀x'.count('') }}", "{{ 'a b  c '.split(' ') }} {{ 'a b  c '.split() }} {{ '  a  b  '.split(none, 1) }} {{ '  a  b  '.rsplit(none, 1) }}",
        "{{ 'a,b,c'.split(',', maxsplit=1) }} {{ 'a,b,c'.rsplit(sep=',', maxsplit=1) }} {{ 'a,b,c'.split(sep=',') }} {{ ''.split(',') }} {{ ''.split() }} {{ 'a'.split(',', 0) }}", "{{ 'abc'.split('') }}", "{{ 'a\\r\\nb\\n'.splitlines() }} {{ 'a\\nb'.splitlines(true) }} {{ 'a\\nb'.splitlines(keepends=true) }}",
        "{{ 'a.b.c'.partition('.') }} {{ 'a.b.c'.rpartition('.') }} {{ 'abc'.partition('.') }} {{ 'abc'.rpartition('.') }}", "{{ 'aXbX'.replace('X', '-', 1) }} {{ 'abc'.replace('', '-') }} {{ 'abc'.replace('', '-', 2) }} {{ 'aaa'.replace('a', 'b', -1) }} {{ 'aaa'.replace('a', 'b', 0) }}",
        "{{ '-5'.zfill(4) }} {{ '+5'.zfill(4) }} {{ '5'.zfill(3) }} {{ 'abc'.zfill(2) }}", "{{ 'ab'.center(5) }}| {{ 'ab'.center(5, '*') }} {{ 'abc'.center(6, '*') }} {{ 'ab'.ljust(4, '.') }} {{ 'ab'.rjust(4, '.') }} {{ 'ab'.ljust(1) }}",
        "{{ 'aBc'.swapcase() }} {{ \"it's here\".title() }} {{ 'x1y'.title() }} {{ 'éA'.capitalize() }} {{ ''.capitalize() }}", "{{ 'a\\tb'.expandtabs(4) }} {{ 'a\\tb'.expandtabs() }}", "{{ 'abc'.isalpha() }} {{ 'a1'.isalnum() }} {{ '1'.isdigit() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ '½'.isnumeric() }} {{ '½'.isdigit() }}",
        "{{ ' '.isspace() }} {{ ''.isspace() }} {{ 'AB1'.isupper() }} {{ 'ab1'.islower() }} {{ '1'.isupper() }} {{ 'Ab Cd'.istitle() }} {{ 'AB'.istitle() }} {{ 'é'.isascii() }} {{ ''.isascii() }} {{ 'a_1'.isidentifier() }} {{ '1a'.isidentifier() }}", "{{ 'xyabcyx'.strip('xy') }} {{ 'xyabc'.lstrip('yx') }} {{ 'abcx'.rstrip('x') }} {{ ' a '.strip(none) }}|{{ 'a'.strip('') }}",
        "{{ 'TestHook'.removeprefix('Test') }} {{ 'TestHook'.removesuffix('Hook') }} {{ 'x'.removeprefix('y') }} {{ 'x'.removesuffix('') }}", "{{ '-'.join(['a', 'b']) }} {{ '-'.join('abc') }} {{ ', '.join({'a': 1, 'b': 2}) }} {{ ''.join([]) }}", "{{ '-'.join([1, 2]) }}", "{{ 'ABC'.casefold() }} {{ 'Straße'.casefold() }} {{ 'straße'.upper() }}",
        "{{ 'abc'.nothing is defined }}", "{{ 'abc'.nothing() }}", "{{ 'a' in 'abc' }} {{ '' in 'abc' }} {{ 'abc'[-2:] }} {{ 'abc'[5:] }} {{ 'abc'[9] is defined }}", "{{ 'abc' * 0 }}|{{ 'ab' * -1 }}|{{ 2 * 'ab' }}", "{{ 'b' < 'a' }} {{ 'a' < 'B' }} {{ 'a' <= 'a' }} {{ '\\ue000' < '😀' }}", "{{ 1 in 'abc' }}",
        "{{ ['a\\u200b', 'b\\xa0', 'c\\x07', \"d'\", 'e\\\\', 'é😀', \"f'\\\"\", '\\x7f', '\\u3000', '\\ufeff'] }}",
    ],
    "str.format": [
        "{{ '{} {}'.format(1, 'a') }}", "{{ '{1}-{0}'.format('a', 'b') }}", "{{ '{a}/{b}'.format(a=1, b='x') }}", "{{ '{0}{a}'.format(1, a=2) }}", "{{ '{{}}'.format() }}", "{{ '{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c') }}", "{{ '{:*^7}'.format('mid') }}", "{{ '{:05d}'.format(42) }}",
        "{{ '{:.2f}'.format(3.14159) }} {{ '{:8.3f}'.format(2.5) }} {{ '{:.0f}'.format(2.5) }}", "{{ '{:,}'.format(1234567) }} {{ '{:_}'.format(1234567) }} {{ '{:,.2f}'.format(1234567.891) }}", "{{ '{:x} {:X} {:o} {:b}'.format(255, 255, 8, 5) }} {{ '{:#x}'.format(255) }}", "{{ '{:+d} {:+d} {: d}'.format(5, -5, 5) }}",
        "{{ '{:%}'.format(0.25) }} {{ '{:.1%}'.format(0.256) }}", "{{ '{:e}'.format(12345.678) }} {{ '{:.2e}'.format(0.00012) }} {{ '{:g}'.format(0.0001) }} {{ '{:g}'.format(1e10) }} {{ '{:.3g}'.format(3.14159) }}", "{{ '{!r} {!s}'.format('a', 'b') }}", "{{ '{0[a]} {0[b]}'.format({'a': 1, 'b': 2}) }} {{ '{0[1]}'.format([1, 2]) }}",
        "{{ '{:.3}'.format('abcdef') }} {{ '{:>{w}}'.format('a', w=4) }}", "{{ '{}'.format(none) }} {{ '{}'.format(true) }} {{ '{}'.format([1, 'a']) }} {{ '{}'.format(1.0) }}", "{{ '{} {}'.format(1) }}", "{{ '{a}'.format() }}", "{{ '{'.format() }}", "{{ '}'.format() }}", "{{ '{:d}'.format('a') }}", "{{ '{:5}|{:5}'.format(1, 'a') }}", "{{ '{:c}'.format(65) }}",
        "{{ '{:<5}|{:=+5}'.format(1, 3) }} {{ '{:s}'.format('x') }} {{ '{:10}|'.format(true) }}", "{{ '{0} {}'.format(1, 2) }}", "{{ '{0.x}'.format({}) }}",
    ],
    "dict": [
        "{{ dict([('a', 1)]) }}", "{{ dict([('a', 1), ['b', 2]], c=3) }}", "{{ dict({'a': 1}, b=2) }}", "{{ dict(a=1, **{'b': 2}) }}", "{{ dict() }}", "{{ dict([1]) }}", "{{ dict(['ab', 'cd']) }}", "{{ dict({'a': 1}.items()) }}", "{{ dict([('a', none)]).a is none }}",
        "{{ {'a': 1} == dict(a=1) }} {{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }}", "{{ {1: 'a'}[1] }} {{ {1: 'a'}[1.0] }} {{ {1: 'a'}[true] }} {{ {'1': 'a'}[1] is defined }}", "{{ {'a': 1}.get('b') }} {{ {'a': 1}.get('b', 'c') }} {{ {}.get('x', none) }}",
        "{{ {'a': 1, 'b': 2}.items() | list }} {{ {'a': 1}.keys() | list }} {{ {'a': 1}.values() | list }}", "{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1, 'a': 2} | dictsort(by='value') }} {{ {'b': 1, 'A': 2} | dictsort(true) }} {{ {'b': 1, 'a': 2} | dictsort(reverse=true) }}", "{{ {'a': 1} | items | list }} {{ {'a': 1} | list }} {{ {'a': 1, 'b': 2} | length }} {{ {'a': 1} | first }}",
        "{{ {'items': 1}.items is callable }} {{ {'items': 1}['items'] }}", "{{ {'a': 1}.b is defined }} {{ {'a': 1} | attr('a') is defined }}", "{{ {'a': {'b': [1, 2]}}.a.b.1 }} {{ [{'a': {'b': 5}}] | map(attribute='a.b') | list }} {{ [[1, 2], [3, 4]] | map(attribute=1) | list }}", "{{ {'a': 1}.copy() }}", "{{ {[1]: 2} }}", "{% for k, v in dict(a=1, b=2).items() %}{{ k }}{{ v }}{% endfor %}",
    ],
    "batch and slice": [
        f"{{{{ {items} | {filter} | list }}}}" for items, filter in itertools.product(["[1, 2, 3]", "[]", "[1, 2, 3, 4, 5, 6, 7]", "'abcd'", "none"], ["batch(2)", "batch(2, 'x')", "batch(2, none)", "batch(linecount=3, fill_with=0)", "slice(2)", "slice(3, 'x')", "slice(3)", "slice(slices=2, fill_with=0)"])
    ],
    "groupby": [
        "{{ messages | groupby('role') | map(attribute='grouper') | list }}", "{{ messages | groupby('role') | map(attribute='list') | map('length') | list }}", "{{ messages | groupby('role') | map(attribute=0) | list }} {{ (messages | groupby('role'))[0][1] | length }}",
        "{% for role, list in messages | groupby('role') %}{{ role }}{{ list | length }} {% endfor %}", "{% for g in messages | groupby('role') %}{{ g.grouper }}:{{ g.list | map(attribute='content') | join(',') }};{% endfor %}", "{{ [{'a': 1}, {'a': 2}, {'a': 1}] | groupby('a') }}", "{{ [{'a': 'x'}, {'a': 'X'}] | groupby('a') | length }} {{ [{'a': 'x'}, {'a': 'X'}] | groupby('a', case_sensitive=true) | length }}",
        "{{ [{'a': 'x'}, {}] | groupby('a', default='z') | map(attribute='grouper') | list }}", "{{ [{'a': {'b': 1}}] | groupby('a.b') | map('first') | list }}", "{{ [(1, 'a'), (1, 'b')] | groupby(0) }}", "{{ [{'a': 'X'}, {'a': 'x'}] | groupby('a') | map(attribute='grouper') | list }}",
    ],
    "printf": [
        "{{ '%(a)s' | format(a=3) }}", "{{ '%(a)s-%(b)05d' | format(a=3, b=7) }}", "{{ '%(a)s' % {'a': 1} }}", "{{ '%s' % {'a': 1} }}", "{{ '%s' | format('a', b=1) }}", "{{ '%s %s' % (1, 'a') }}", "{{ '%s' % ((1, 2),) }}", "{{ '%r %s' % ('a', 'a') }}", "{{ '%5s|%-5s|%05d|%+d|% d' % ('a', 'b', 42, 5, 5) }}", "{{ '%.3s' % 'abcdef' }}",
        "{{ '%d' % 3.99 }} {{ '%i' % 5 }} {{ '%u' % 5 }} {{ '%d' % -3.99 }} {{ '%d' % true }}", "{{ '%f' % 1.5 }} {{ '%.1f' % 0.25 }} {{ '%.2f' % 2.675 }} {{ '%.0f' % 0.5 }} {{ '%8.2f|' % 3.14159 }}", "{{ '%x %X %o' % (255, 255, 8) }} {{ '%#x' % 255 }} {{ '%04x' % 255 }}", "{{ '%e' % 12345.678 }} {{ '%.1e' % 0.00012 }} {{ '%g' % 0.0001 }} {{ '%g' % 1e10 }} {{ '%G' % 1e-10 }}",
        "{{ '%c%c' % (65, 'b') }} {{ '100%%' % () }}", "{{ '%s' % () }}", "{{ '%s' % (1, 2) }}", "{{ '%d' % 'a' }}", "{{ '%y' % 1 }}", "{{ '%' % 1 }}", "{{ '%(a)s' % {} }}", "{{ '%-08d|%+.2f' % (5, 1.0) }} {{ '%05.1f' % -2.5 }} {{ '%05s' % 'ab' }}", "{{ '%*d' % (5, 42) }}", "{{ '%s' % none }} {{ '%s' % [1, 2] }}", "{{ '%d%%' | format(50) }}", "{{ 'plain' % {} }}", "{{ 'plain' | format }}",
    ],
    "numbers": [f"{{{{ {x} }}}}" for x in [
        "'0x1f' | int(0, 16)", "'1f' | int(0, 16)", "'1f' | int(base=16)", "'101' | int(base=2)", "'0b101' | int(0, 2)", "'0o17' | int(0, 8)", "'z' | int(7, 36)", "'8' | int(5, 8)", "'0x1f' | int(0, 0)", "'0x1f' | int", "' 42 ' | int", "'4_2' | int", "'_42' | int", "'42.9' | int", "'-42.9' | int", "'1e3' | int", "'abc' | int(5)", "'' | int", "none | int(3)",
        "true | int", "3.99 | int", "-3.99 | int", "[] | int(9)", "'inf' | int(4)", "'nan' | int(4)", "'+5' | int", "'-0x1f' | int(0, 16)", "'٣' | int", "'1,000' | int", "'4.5' | float", "'abc' | float(1.5)", "none | float", "'1e3' | float", "' 2 ' | float", "'inf' | float", "'1_0.5' | float", "true | float", "'1,5' | float", "3 | float",
        "5 | round", "5 | round(2)", "25 | round(-1)", "35 | round(-1)", "2.5 | round", "3.5 | round", "-2.5 | round", "0.5 | round", "2.675 | round(2)", "1.005 | round(2)", "0.125 | round(2)", "0.375 | round(2)", "2.345 | round(1)", "1234.5 | round(-2)", "1.25 | round(1)", "2.1 | round(method='ceil')", "2.9 | round(0, 'floor')", "2.123 | round(2, 'ceil')", "5 | round(method='ceil')",
        "-2.5 | round(0, 'floor')", "1e300 | round(2)", "true | round", "'a' | round", "2.5 | round(0, 'x')", "1.15 | round(1)", "10 | abs", "-2.5 | abs", "'a' | abs", "0x1f", "0b101", "0o17", "1_000", "7 // 2", "-7 // 2", "7.5 // 2", "-7.5 // 2", "-7 % 3", "7 % -3", "-7.5 % 2", "7 / 2", "2 ** 10", "2 ** -1", "2 ** 0.5", "(-8) ** 2", "2 ** 3 ** 2", "1 + true",
        "true + true", "-true", "+5", "1 == 1.0", "1 == true", "1.0 is integer", "1 is float", "true is number", "true is integer", "1 is number", "[3, 1.5, 2] | sort", "[1, 2.5] | sum", "[] | sum", "[[1], [2]] | sum(start=[])", "[{'a': 1}, {'a': 2}] | sum(attribute='a')", "[{'a': 1}] | sum('a', 10)", "[1, 5, 3] | max", "[] | max is defined", "['b', 'A'] | min",
        "['b', 'A'] | min(case_sensitive=true)", "[{'a': 3}, {'a': 1}] | max(attribute='a')", "4 is divisibleby 2", "3 is odd", "4 is even", "2 is eq 2", "2 is ge(1)", "2 is lt 1", "1 < 2 < 3", "1 < 3 < 2", "1 < 'a'", "1 % 0", "1 // 0.0"]],
    "recursive loops": [
        "{% for x in [{'n': 1, 'c': [{'n': 2, 'c': []}, {'n': 3, 'c': [{'n': 4, 'c': []}]}]}] recursive %}{{ x.n }}{% if x.c %}({{ loop(x.c) }}){% endif %}{% endfor %}", "{% for x in [[1, [2, [3]]], 4] recursive %}{% if x is number %}{{ x }}@{{ loop.depth }}/{{ loop.depth0 }} {% else %}{{ loop(x) }}{% endif %}{% endfor %}",
        "{% for x in [1, 2] recursive %}{{ x }}{% if x < 5 %}{{ loop([x + 2]) }}{% endif %}{% else %}e{% endfor %}", "{% for x in [{'c': []}] recursive %}[{{ loop(x.c) }}]{% else %}empty{% endfor %}", "{% for x in [1, 2, 3] if x > 1 recursive %}{{ loop.index }}{{ x }}{% if x == 3 %}{{ loop([0, 2]) }}{% endif %}{% endfor %}",
        "{% for k, v in {'a': {'b': {}}}.items() recursive %}{{ k }}{{ loop(v.items()) }}{% endfor %}", "{% for x in [1] %}{{ loop.depth }}{% for y in [1] %}{{ loop.depth }}{% endfor %}{% endfor %}", "{% for x in [1] %}{{ loop([2]) }}{% endfor %}", "{% for x in [[1, 2], [3]] recursive %}{{ loop(x) if x is iterable else x }}{{ loop.last }} {% endfor %}",
        "{% for x in [[[1]]] recursive %}{% set y = loop.depth %}{% if x is iterable %}{{ loop(x) }}{% endif %}{{ y }}{% endfor %}",
    ],
    "loops and helpers": [
        "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{% set x = c.reset() %}{{ c.current }}", "{% set j = joiner(', ') %}{% for x in [1, 2, 3] %}{{ j() }}{{ x }}{% endfor %}", "{% set j = joiner() %}{{ j() }}a{{ j() }}b", "{% for x in [1, 1, 2, 2, none, none] %}{{ loop.changed(x) }} {% endfor %}",
        "{% for x in [1, 2] %}{{ loop.length }}{{ loop.revindex }}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for x in 'abc' %}{{ x }}-{{ loop.nextitem }} {% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for x in range(5, 0, -2) %}{{ x }}{% endfor %}", "{% for x in [1, 2, 3] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% else %}e{% endfor %}",
        "{{ [1, 2, 3] | map('string') | list }} {{ ['a'] | map('replace', 'a', 'b') | list }} {{ [1, 2] | map('default', 3) | list }} {{ ['1', 'x'] | map('int', default=9) | list }}", "{{ [1, 2, 3, 4] | select('divisibleby', 2) | list }} {{ [1, 'a'] | select('string') | list }} {{ [1, 2] | select('in', [2]) | list }} {{ [1, 2, 3] | reject('gt', 1) | list }}",
        "{{ ['b', 'a', 'C'] | sort }} {{ ['b', 'a', 'C'] | sort(case_sensitive=true) }} {{ [{'a': 2, 'b': 1}, {'a': 1, 'b': 2}] | sort(attribute='a,b') | map(attribute='b') | list }} {{ [(2, 'a'), (1, 'b')] | sort }}", "{{ ['a', 'A', 'b'] | unique | list }} {{ ['a', 'A'] | unique(true) | list }} {{ [{'a': 1}, {'a': 1}] | unique(attribute='a') | list | length }}",
        "{{ [1, 2, 3] | reverse | list }} {{ 'abc' | reverse }} {{ (1, 2) | reverse | list }}", "{{ [[1, 2], [3]] | sum(start=[]) | list }} {{ [1, 2] + [3] }} {{ (1,) + (2,) }}", "{{ [1, 2] | join }} {{ [{'a': 1}, {'a': 2}] | join(',', attribute='a') }} {{ [{'a': 1}] | join(attribute='a') }}", "{{ [1, 2, 3][1:] }} {{ (1, 2, 3)[::-1] }} {{ [1, 2][5:] }} {{ [1, 2][-5:1] }}",
        "{{ (1, 'a') }} {{ (1,) }} {{ () }} {{ [()] }} {{ [1] == (1,) }} {{ (1, 2) == (1, 2) }} {{ [1, 2] < [1, 3] }}", "{{ 'the quick-brown fox' | wordcount }} {{ 'ab' | center(6) }}| {{ 'foo bar baz qux' | truncate(9) }} {{ 'foo bar baz qux' | truncate(9, true) }} {{ 'foo bar baz' | truncate(9) }} {{ 'foo bar baz qux' | truncate(11, false, '', 0) }}",
        "{{ 'a\\nb\\n\\nc' | indent(2) }}|{{ 'a\\n\\nb' | indent(2, blank=true) }}|{{ 'a\\nb' | indent('> ', true) }}|{{ 'a\\r\\nb\\n' | indent }}", "{{ 'a b&c/d?é' | urlencode }} {{ {'a': 1, 'b c': 'd'} | urlencode }} {{ [('x', 'y z')] | urlencode }}", "{{ 'hELLO wORLD' | title }} {{ 'foo-bar (baz)' | title }} {{ 'xAy' | capitalize }} {{ ' a ' | trim }}| {{ 'xax' | trim('x') }}",
        "{{ 'abc' | replace('b', 'x', 1) }} {{ 'aaa' | replace('a', 'b', 2) }} {{ 123 | replace(2, 'x') }} {{ 5 | string + '1' }}", "{{ missing | default('a') }} {{ '' | default('a') }} {{ '' | d('a', true) }} {{ 0 | default('a', boolean=true) }} {{ false | default('a') }}", "{{ 1 if missing else 2 }} {{ missing == missing }} {{ missing ~ 'a' }} {{ not missing }} {{ missing in [] }} {{ [missing] }}",
        "{{ [1, 'a'] | sort }}", "{{ [none, 1] | max }}", "{{ missing + 1 }}", "{{ missing < 1 }}", "{{ missing.a }}", "{{ missing() }}", "{{ missing[0] }}", "{{ -missing }}", "{{ 'a' is sameas 'a' }} {{ none is sameas none }} {{ 1 is sameas true }} {{ [] is sameas [] }}", "{{ 'upper' is filter }} {{ 'odd' is test }} {{ 'x' is filter }} {{ range is callable }} {{ {} is iterable }} {{ 5 is iterable }} {{ 'a' is sequence }} {{ none is sequence }}",
        "{{ 'ABC' is upper }} {{ 'abc' is lower }} {{ 'a1' is lower }} {{ 1 is in [1] }} {{ 'x' is not in 'abc' }} {{ none is boolean }} {{ false is false }} {{ 0 is false }}", "{{ ['a', 'b'] | first | upper }} {{ [] | first is defined }} {{ {} | first is defined }} {{ 'abc' | last }} {{ range(3) | last }}", "{{ range(0, 9, 3) | list }} {{ range(3)[1] }} {{ range(3) | length }} {{ 2 in range(3) }}",
    ],
}


def more():
    """Further rows of the same kinds, most of them made by combining values and forms."""
    rows = []
    rows += ["{{ '{:>{}}'.format('a', 5) }}","{{ '{0!r:>6}'.format('a') }}","{{ '%5.1f%%' % 12.345 }}","{{ '{:,d}'.format(-1234567) }}","{{ '{:+.2e}'.format(12345.678) }}","{{ '{:08.3f}'.format(-3.14159) }}","{{ '{:^10}|'.format(3.5) }}","{{ '{:_x}'.format(1234567) }}","{{ '{:#b} {:#o} {:#X}'.format(5,8,255) }}","{{ '{:g} {:g} {:g}'.format(100000.0, 1000000.0, 0.00001) }}","{{ '{:.0%}'.format(0.125) }}","{{ '{:n}'.format(12345) }}","{{ '{:d}'.format(true) }}","{{ '{:.1f}'.format(true) }}","{{ '{}'.format('é😀') }}","{{ '{a[0]}'.format(a=['x']) }}","{{ '{:5}|'.format('é') }}","{{ '{:é^5}'.format('a') }}"]
    rows += [f"{{{{ {v} | round({p}) }}}}" for v,p in itertools.product(["0.5","1.5","2.5","-0.5","1e-5","123.456","0.1","1.005","2.675","1e16","15","25","-15","0.045","4.35","9.995"],["","0","1","2","3","-1","-2"])]
    random.seed(5)
    rows += [f"{{{{ {repr(random.uniform(-1,1)*10**random.randint(-12,22))} }}}}" for _ in range(60)]
    rows += [f"{{{{ '{f}' % {v} }}}}" for f,v in itertools.product(["%d","%5d","%-5d|","%05d","%+d","%x","%o","%e","%.3e","%f","%.0f","%g","%.3g","%s","%r","%10s|","%c"],["0","7","-7","3.7","1e10","true","'x'","65"])]
    rows += [f"{{{{ 'a-b-c-a'.{m}({a}) }}}}" for m,a in itertools.product(["split", "rsplit", "replace", "count", "find", "rfind", "startswith", "endswith"],["'-'","'a'","'-', 1","'a', 'b'","'-', -1","'a-', 2","none",""])]
    rows += ["{{ [3,1,2]|sort|first }}","{{ [{'a':none},{'a':1}]|sort(attribute='a') }}","{{ [{'a':none},{'a':none}]|groupby('a') }}","{{ [{'a':1},{'b':2}]|groupby('a') }}","{{ messages|groupby('role')|length }}","{{ messages|groupby('nothing')|length }}","{{ {'a':[1,{'b':none}]}|tojson(indent=2, ensure_ascii=true, sort_keys=true) }}","{{ {'ü':'ß'}|tojson(ensure_ascii=true,indent=1) }}","{{ [1,2,3]|slice(2)|list }}","{{ range(10)|batch(3,'x')|map('join',',')|join(';') }}","{{ [1,2,3,4]|sum(start=10) }}","{{ [0.1,0.2]|sum }}","{{ ['a','b']|map('format')|list }}","{{ ['%s']|map('format', 1)|list }}","{{ 'abc'|list|join('-') }}","{{ {'a':1}|dictsort|first }}","{{ ['x']|map(attribute=0)|list }}","{{ 'a,b'|replace(',', none) }}","{{ none|upper }}","{{ none|trim }}","{{ 12|length }}","{{ 'x'|int(none) }}","{{ ''|int(none) is none }}","{{ []|first is none }}","{{ [none]|select('none')|list }}","{{ [0,1,none,'']|select|list }} {{ [0,1,none,'']|reject|list }}","{{ [{'a':0}]|selectattr('a')|list }} {{ [{'a':0}]|rejectattr('a')|list }}","{{ [{'a':{'b':1}}]|selectattr('a.b','eq',1)|list|length }}","{{ false|selectattr('a')|list }}","{{ missing|selectattr('a')|map(attribute='b')|list }}"]
    rows += ["{% set ns = namespace(x=none, y=[]) %}{% for m in messages %}{% if ns.x is none %}{% set ns.x = m.role %}{% endif %}{% set ns.y = ns.y + [m.role] %}{% endfor %}{{ ns.x }}{{ ns.y|length }}","{% set ns = namespace(found=false, last=none) %}{% for m in messages if m.role=='user' %}{% set ns.found = true %}{% set ns.last = loop.index0 %}{% endfor %}{{ ns.found }} {{ ns.last }}","{% set ns=namespace(a=1) %}{% set ns.a = missing %}{{ ns.a is defined }}","{% set ns=namespace() %}{{ ns.x.y is defined }}","{{ namespace(a=1) is mapping }}","{% for k in dict(a=1,b=none) %}{{k}}{% endfor %}","{{ dict(a=none).a is none }}","{{ dict([['a',1],['a',2]]) }}","{{ dict({'a':1}.items(), b=2).items()|list }}"]
    rows += ["{{ ('<b>'|safe) ~ '<i>' }}","{{ ('<b>'|e) ~ ('<i>'|e) }}","{{ '<' + ('&'|safe) + '>' }}","{{ ['<a>'|safe, '<b>']|join('|') }}","{{ ('<a>'|safe)|tojson }}","{{ ('a'|safe)|replace('a','<')|e }}","{{ '%s'|safe|format('<')|e }}","{{ ('<%s>'|safe) % ('&',) }}","{{ ('<%(a)s>'|safe) % {'a':'&'} }}","{{ ('<%d>'|safe) % 5 }}","{{ ('x'|safe) in 'axb' }}","{{ 'x' ~ none ~ 1.0 ~ true }}","{{ ('<'|safe) == '<' }}","{{ ('<a>'|safe).split('a') }}","{{ ('a b'|safe)|title|e }}","{{ ('<'|e)|length }}","{{ ('a'|safe)*3 + '<' }}","{{ [('<'|safe)] + ['<'] }}","{{ {'a': '<'|safe} }}","{{ ('ab'|safe)|reverse + '<' }}","{{ ('A'|safe)|lower == 'a' }}","{{ '<'|escape|safe }}","{{ 5|safe + '<' }}"]
    rows += ["{% for x in [1,[2,[3,[4]]]] recursive %}{{ loop.index }}{{ loop(x) if x is not number else x }}{% endfor %}","{% for i in [{'v':1,'k':[{'v':2}]}] recursive %}{{ i.v }}{{ loop(i.k) if i.k is defined }}{{ loop.first }}{% endfor %}","{% macro t(n) %}{% for x in n recursive %}<{{x[0]}}>{{ loop(x[1:]|map('list')|list) if x|length > 1 else '' }}{% endfor %}{% endmacro %}{{ t([['a'],['b','cd']]) }}","{% for a in [1,2] recursive %}{% for b in [a] %}{{ loop.depth }}{% endfor %}{% endfor %}","{% for x in [2,1] recursive %}{{ x }}{% if x > 0 %}[{{ loop([x-1]) }}]{% endif %}{% endfor %}"]
    rows += [f"{{{{ {s}|int({a}) }}}}" for s,a in itertools.product(["'10'","'0x10'","'0o10'","'0b10'","' 7 '","'7.9'","'z'","7.9","none","'1e2'","'--1'","'1_0'","'١'"],["","5","0, 2","0, 8","0, 16","0, 0","base=10","0, 36"])]
    return rows


KINDS["more of each"] = more()
inputs = json.loads((FIXTURES / "inputs.json").read_text())
kinds = {source: kind for kind, sources in reversed(KINDS.items()) for source in sources}
rows = [{"kind": kind, "source": source, "text": render(source, inputs["many turns"])} for source, kind in reversed(kinds.items())]
(FIXTURES / "semantics.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
print(len(rows), "rows,", sum(row["text"] is None for row in rows), "of them errors")
