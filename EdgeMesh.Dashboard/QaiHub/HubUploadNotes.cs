using System.Security.Cryptography;
using System.Text.Json;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Transfers;
using Microsoft.AspNetCore.DataProtection;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Where an upload is, beside its file, so that it can go on after a restart. Protected: its addresses are as good as a key while they are valid.</summary>
public sealed class HubUploadNotes(IDataProtectionProvider protection)
{
    private const string FileName = ".upload";
    private readonly IDataProtector _protector = protection.CreateProtector("EdgeMesh.QaiHub.Upload");

    public void Write(string folder, UploadNote note)
    {
        try
        {
            var draft = Path.Combine(folder, FileName + ".new");
            File.WriteAllBytes(draft, _protector.Protect(JsonSerializer.SerializeToUtf8Bytes(note)));
            File.Move(draft, Path.Combine(folder, FileName), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The upload itself goes on; only a restart would lose it.
        }
    }

    public UploadNote? Read(string folder)
    {
        try
        {
            var path = Path.Combine(folder, FileName);
            var note = File.Exists(path) ? JsonSerializer.Deserialize<UploadNote>(_protector.Unprotect(File.ReadAllBytes(path))) : null;
            return note is { Inputs.IsDefault: false, State: { Urls.IsDefault: false, ETags.IsDefault: false } state } && File.Exists(state.Path) ? note : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or JsonException)
        {
            return null;
        }
    }

    /// <summary>At start: the uploads that can go on; what else is there is removed.</summary>
    public ImmutableArray<UploadNote> Left(string root)
    {
        var left = ImmutableArray.CreateBuilder<UploadNote>();
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            if (Read(folder) is { } note)
            {
                left.Add(note);
                continue;
            }

            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // At the next start again.
            }
        }

        return left.ToImmutable();
    }
}

/// <summary>An upload that is under way.</summary>
/// <param name="Name">The model's, for people.</param>
/// <param name="Inputs">Read from its file.</param>
public sealed record UploadNote(string Id, string Name, UploadState State, ImmutableArray<TensorSpec> Inputs, DateTimeOffset At)
{
    public override string ToString() => $"{Id} {Name}: {State}";
}
