namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

// A value is null (None), bool, long, double, string, or one of the types below.

/// <summary>What a name or key that does not exist gives; it may be tested and printed, not used.</summary>
internal sealed record Undefined(string What);

/// <summary>A Python list, or a tuple, which only prints differently; a tuple's elements may have names.</summary>
internal sealed class TemplateList(List<object?> items, bool isTuple = false)
{
    public List<object?> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;

    public ImmutableArray<string> Names { get; init; } = [];

    public static TemplateList Tuple(params ReadOnlySpan<object?> items) => new([.. items], true);
}

/// <summary>A Python dict; keys are compared as Python does and keep their order.</summary>
internal sealed class TemplateDict
{
    public OrderedDictionary<object, object?> Items { get; } = new(PythonComparer.Instance);
}

/// <summary>The only thing a template may change in place: <c>namespace()</c>.</summary>
internal sealed class TemplateNamespace(Dictionary<string, object?> items)
{
    public Dictionary<string, object?> Items { get; } = items;
}

/// <summary>Anything that can be called, with its name for messages.</summary>
internal sealed record Function(string Id, Func<Arguments, object?> Body);

/// <summary>The <c>loop</c> variable at one iteration. <paramref name="again"/> runs a recursive loop over what is inside an element.</summary>
internal sealed class Loop(List<object?> items, int depth, Func<object?, string>? again)
{
    public Func<object?, string>? Again { get; } = again;

    public int Index0 { get; set; }

    public object? LastChanged { get; set; } = new Undefined("loop.changed");

    public object? Member(string id) => id switch
    {
        "index" => Index0 + 1L,
        "index0" => (long)Index0,
        "revindex" => (long)items.Count - Index0,
        "revindex0" => (long)items.Count - Index0 - 1,
        "first" => Index0 == 0,
        "last" => Index0 == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => depth + 1L,
        "depth0" => (long)depth,
        "previtem" => Index0 > 0 ? items[Index0 - 1] : new Undefined("loop.previtem"),
        "nextitem" => Index0 + 1 < items.Count ? items[Index0 + 1] : new Undefined("loop.nextitem"),
        "cycle" => new Function("loop.cycle", a => a.Positional[Index0 % Math.Max(1, a.Positional.Count)]),
        "changed" => new Function("loop.changed", a =>
        {
            var value = new TemplateList(a.Positional, true);
            var changed = !PythonComparer.AreEqual(value, LastChanged);
            LastChanged = value;
            return changed;
        }),
        _ => new Undefined($"loop.{id}"),
    };
}

/// <summary>Names and their values; a name not found here is looked up outside.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _values = [];

    public object? this[string id]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
            {
                if (scope._values.TryGetValue(id, out var value))
                {
                    return value;
                }
            }

            return new Undefined($"'{id}'");
        }

        set => _values[id] = value;
    }

    private Scope? Outer { get; } = outer;
}
