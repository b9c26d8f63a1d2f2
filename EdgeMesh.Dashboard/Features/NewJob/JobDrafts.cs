using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.JSInterop;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>
/// The form's draft in the browser's tab (drafts.js): the browser keeps what is typed into boxes by itself, this hands over the rest. What comes back is
/// a person's own, but it is checked like any input.
/// </summary>
public sealed class JobDrafts(IJSRuntime js)
{
    /// <summary>A longer text is not kept; drafts.js has the same bound for the whole draft.</summary>
    public const int MaxTextChars = 1_900_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PreferredObjectCreationHandling = JsonObjectCreationHandling.Populate,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private string? _kept;

    /// <summary>The form as it was left at this address, or null when nothing was.</summary>
    /// <param name="start">What the address itself asks for: counts where the draft says nothing.</param>
    public async Task<NewJobForm?> ReadAsync(NewJobForm start)
    {
        try
        {
            return Parse(await js.InvokeAsync<string?>("edgemeshDrafts.read"), start);
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or TaskCanceledException)
        {
            // The window is gone, or its script is of an older version.
            return null;
        }
    }

    /// <summary>Keeps the form; its text only when the page changed it, not the person in the box.</summary>
    public async Task KeepAsync(NewJobForm form, bool withText)
    {
        ArgumentNullException.ThrowIfNull(form);
        var json = JsonSerializer.Serialize(form, Json);
        if (json == _kept && !withText)
        {
            return;
        }

        _kept = json;
        var fields = withText ? JsonSerializer.Serialize(new Dictionary<string, string> { [nameof(NewJobForm.Text)] = form.Text.Length <= MaxTextChars ? form.Text : "" }) : null;
        await TryAsync("edgemeshDrafts.keep", json, fields);
    }

    /// <summary>Forgets the draft: it was sent, or thrown away on purpose.</summary>
    public async Task ClearAsync()
    {
        _kept = null;
        await TryAsync("edgemeshDrafts.clear");
    }

    /// <summary>A draft as drafts.js stores it; null when it is empty or not one.</summary>
    public static NewJobForm? Parse(string? stored, NewJobForm start)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (string.IsNullOrEmpty(stored))
        {
            return null;
        }

        try
        {
            var draft = JsonSerializer.Deserialize<Stored>(stored, Json);
            var form = (draft?.Form is { } kept ? JsonSerializer.Deserialize<NewJobForm>(kept, Json) : null) ?? start;
            form.Text = start.Text;
            foreach (var (field, value) in draft?.Fields ?? [])
            {
                form.Set(field, value ?? "");
            }

            form.FileName = form.Text.Length == 0 ? null : form.FileName;
            return draft is not null && form.IsOffered && !form.IsUntouched ? form : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task TryAsync(string function, params object?[] arguments)
    {
        try
        {
            await js.InvokeVoidAsync(function, arguments);
        }
        catch (Exception e) when (e is JSException or JSDisconnectedException or TaskCanceledException)
        {
            // The window is gone: there is nothing to keep it in.
        }
    }

    private sealed record Stored(string? Form, Dictionary<string, string?>? Fields);
}
