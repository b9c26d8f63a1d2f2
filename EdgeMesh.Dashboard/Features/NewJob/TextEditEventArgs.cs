using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>What changed in a text box since it last told: a part was replaced (typing.js). A long text does not travel with every key.</summary>
public sealed class TextEditEventArgs : EventArgs
{
    /// <summary>Of <see cref="Removed"/>: the whole text, as the box cannot tell what was there before.</summary>
    public const int All = -1;

    /// <summary>Where, in UTF-16 units.</summary>
    public int Start { get; set; }

    /// <summary>How many units were there, or <see cref="All"/>.</summary>
    public int Removed { get; set; }

    /// <summary>What is there instead.</summary>
    public string Inserted { get; set; } = "";

    /// <summary>Units of the whole text afterwards.</summary>
    public int Length { get; set; }

    /// <summary>The text with the change; null when it does not fit the text, so that the whole has to be asked for.</summary>
    public string? Apply(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Removed == All)
        {
            return Inserted.Length == Length ? Inserted : null;
        }

        // A text box knows one kind of line end.
        var before = text.Contains('\r', StringComparison.Ordinal) ? text.ReplaceLineEndings("\n") : text;
        return Start < 0 || Removed < 0 || Start > before.Length || Removed > before.Length - Start || before.Length - Removed + Inserted.Length != Length
            ? null
            : string.Concat(before.AsSpan(0, Start), Inserted, before.AsSpan(Start + Removed));
    }
}

/// <summary>Events of our own scripts, for Razor.</summary>
[EventHandler("ontextedit", typeof(TextEditEventArgs), enableStopPropagation: false, enablePreventDefault: false)]
public static class EventHandlers;
