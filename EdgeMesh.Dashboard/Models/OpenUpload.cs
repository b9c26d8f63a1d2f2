namespace EdgeMesh.Dashboard.Models;

/// <summary>An upload as it grows: its files, the bytes that were let in, and who uses it. Thread-safe.</summary>
/// <param name="content">What of it is there already.</param>
internal sealed class OpenUpload(ModelUpload content, DateTimeOffset now)
{
    private readonly Lock _gate = new();
    private ModelUpload _upload = content;
    private DateTimeOffset _usedAt = now;
    private long _bytes = content.Bytes;
    private int _users;
    private bool _abandoned;

    public string Id { get; } = content.Id;

    public ModelUpload Upload
    {
        get
        {
            lock (_gate)
            {
                return _upload;
            }
        }
    }

    /// <summary>Begins to add to it or to read it; false when it was given up.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            _users += _abandoned ? 0 : 1;
            return !_abandoned;
        }
    }

    public void EndUse(DateTimeOffset at)
    {
        lock (_gate)
        {
            (_users, _usedAt) = (_users - 1, at);
        }
    }

    /// <summary>Since nobody has used it; zero while somebody does.</summary>
    public TimeSpan IdleFor(DateTimeOffset at)
    {
        lock (_gate)
        {
            return _users > 0 || at < _usedAt ? TimeSpan.Zero : at - _usedAt;
        }
    }

    /// <summary>Gives it up when nobody has used it since then.</summary>
    public bool TryAbandon(DateTimeOffset unusedSince)
    {
        lock (_gate)
        {
            _abandoned |= _users == 0 && _usedAt <= unusedSince;
            return _abandoned;
        }
    }

    /// <summary>Room for so many more bytes, whichever of its files they belong to.</summary>
    public bool TryTake(long bytes, long most)
    {
        lock (_gate)
        {
            _bytes += bytes;
            return _bytes <= most;
        }
    }

    /// <summary>What was taken for a file that did not arrive.</summary>
    public void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _bytes -= bytes;
        }
    }

    /// <summary>One more file, in the place of an older one of that name; null when there would be too many.</summary>
    public ModelUpload? Add(ModelFileInfo file, int most)
    {
        lock (_gate)
        {
            var others = _upload.Files.RemoveAll(f => f.Path == file.Path);
            return others.Length >= most ? null : _upload = _upload with { Files = others.Add(file) };
        }
    }
}
