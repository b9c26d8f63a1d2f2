namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Models that people sent and that nothing was made of yet: which files each has; bounded in number, forgotten in time. Thread-safe.</summary>
internal sealed class ReceivedUploads(TimeProvider time)
{
    /// <summary>So many at a time.</summary>
    public const int Most = 32;

    /// <summary>One that nothing is made of is forgotten after this, counted from the last bytes that came for it.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (HubUpload Upload, long At)> _uploads = [];

    /// <summary>Begins one; false when there are too many.</summary>
    public bool TryBegin(string id)
    {
        lock (_gate)
        {
            return _uploads.Count < Most && _uploads.TryAdd(id, (new HubUpload(id, []), time.GetTimestamp()));
        }
    }

    /// <summary>Until the first of them is forgotten, if nothing is made of it.</summary>
    public TimeSpan NextForgotten()
    {
        lock (_gate)
        {
            return _uploads.Count == 0 ? TimeSpan.Zero : Kept - _uploads.Values.Max(u => time.GetElapsedTime(u.At));
        }
    }

    public HubUpload? Find(string id)
    {
        lock (_gate)
        {
            return _uploads.TryGetValue(id, out var known) ? known.Upload : null;
        }
    }

    /// <summary>Bytes came for it.</summary>
    public void Touch(string id)
    {
        lock (_gate)
        {
            if (_uploads.TryGetValue(id, out var known))
            {
                _uploads[id] = known with { At = time.GetTimestamp() };
            }
        }
    }

    /// <summary>One more file, or the same once more; null when the upload is gone or would have more than is allowed.</summary>
    public HubUpload? Add(string id, HubUploadFile file, int mostFiles, long mostBytes)
    {
        lock (_gate)
        {
            if (!_uploads.TryGetValue(id, out var known))
            {
                return null;
            }

            var upload = known.Upload with { Files = known.Upload.Files.RemoveAll(f => f.Name == file.Name).Add(file) };
            if (upload.Files.Length > mostFiles || upload.Bytes > mostBytes)
            {
                return null;
            }

            _uploads[id] = (upload, time.GetTimestamp());
            return upload;
        }
    }

    /// <summary>Takes one out; null when it is not there.</summary>
    public HubUpload? Remove(string id)
    {
        lock (_gate)
        {
            return _uploads.Remove(id, out var known) ? known.Upload : null;
        }
    }

    /// <summary>Takes out those that nobody came back for.</summary>
    public ImmutableArray<string> RemoveAbandoned()
    {
        lock (_gate)
        {
            ImmutableArray<string> abandoned = [.. _uploads.Where(u => time.GetElapsedTime(u.Value.At) > Kept).Select(u => u.Key)];
            foreach (var id in abandoned)
            {
                _uploads.Remove(id);
            }

            return abandoned;
        }
    }
}
